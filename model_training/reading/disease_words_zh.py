"""Chinese words for benign diseases: those that any place may have, and those that name their place themselves."""

from __future__ import annotations


def _terms(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Of any place; the sentence says which one.
KINDS = _terms(
    "退行性变 退行性改变 退行性病变 退变 骨质增生 增生性改变 骨质增生硬化 骨赘 骨赘形成 骨刺 唇样增生 骨桥形成 骨关节炎 骨性关节炎 关节炎 类风湿性关节炎 痛风性关节炎 强直性脊柱炎 "
    "老年性改变 劳损 慢性劳损 骨折 陈旧骨折 陈旧性骨折 骨折后改变 骨折愈合期 骨折愈合中 骨折修复 应力性骨折 疲劳骨折 压缩性骨折 压缩骨折 骨质疏松性骨折 "
    "外伤 外伤后改变 外伤所致 创伤后改变 损伤 术后改变 手术后改变 内固定术后改变 置换术后改变 骨水泥术后 炎症 炎性改变 炎性病变 感染 骨髓炎 滑膜炎 附着点炎 "
    "骨岛 血管瘤 骨血管瘤 骨纤维结构不良 骨纤维异常增殖症 内生软骨瘤 骨囊肿 Paget病 畸形性骨炎 缺血性坏死 许莫氏结节 椎间盘病变 终板炎 良性病变 良性改变 良性骨病 良性 "
    "非特异性改变 非肿瘤性病变 反应性改变 "
    # rarer ones
    "Schmorl结节 Modic改变 Modic I型改变 终板退变 椎间隙狭窄 小关节病 小关节退变 关节退变 关节病 弥漫性特发性骨肥厚症 DISH 棘间韧带炎 肾性骨病 肾性骨营养不良 甲状旁腺功能亢进性骨病 甲旁亢骨病 棕色瘤 "
    "骨软化症 骨质软化 假骨折线 Looser带 Looser线 肺性骨关节病 肥大性骨关节病 肥大性肺性骨关节病 HPOA 骨膜反应 骨膜炎 多骨型纤维结构不良 单骨型骨纤维结构不良 蜡油骨病 骨斑点症 石骨症 骨样骨瘤 骨软骨瘤 "
    "外生骨疣 非骨化性纤维瘤 动脉瘤样骨囊肿 骨巨细胞瘤 嗜酸性肉芽肿 SAPHO综合征 骨梗死 骨坏死 骨髓水肿 一过性骨质疏松 反射性交感神经营养不良 复杂区域疼痛综合征 异位骨化 骨化性肌炎 应力反应 不全骨折 衰竭骨折 "
    "功能不全性骨折 隐匿性骨折 微骨折 骨挫伤 骨痂形成 骨不连 假关节形成 撕脱骨折 楔形变 骨质疏松 椎体成形术后 骨水泥填充 植骨术后 取骨区改变 假体松动 化脓性关节炎 慢性骨髓炎 骨结核 结核 布氏杆菌病 放疗后改变 "
    "放射性骨炎 放射性骨坏死 银屑病关节炎 血清阴性脊柱关节病 假性痛风 夏科氏关节 神经性关节病 软骨下骨硬化 软骨下囊变 软骨炎 骨质硬化 致密性骨炎 骨肥厚 韧带骨化 肌腱附着处改变 生理性改变 正常变异 椎间盘炎 椎间盘退变"
)
# Diseases that name their place: with a side on that side, without one on both.
NAMED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms("肩周炎 冻结肩 肩袖损伤 网球肘 高尔夫球肘 肩袖病变 五十肩"), ("humerus",)),
    (_terms("拇外翻 拇囊炎 扁平足 高弓足 足底筋膜炎 足跟痛症 马蹄足 跟腱炎"), ("foot",)),
    (_terms("赫伯登结节 腕管综合征 月骨软化症"), ("hand",)),
    (_terms("肋软骨炎 泰齐病 泰齐综合征 肋软骨钙化"), ("ribs",)),
    (_terms("髌骨软化症 髌腱炎"), ("patella",)),
    (_terms("股骨头骨骺炎 髌股关节炎 膝内翻 膝外翻 鹅足滑囊炎"), ("femur",)),
    (_terms("先天性髋脱位 髋关节撞击综合征 髋臼发育不良"), ("pelvis",)),
    (_terms("胫骨结节骨软骨炎"), ("leg",)),
)
# The same of unpaired places, and of both sides where the disease lies in the middle.
NAMED_UNSIDED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms("额骨内板增生症 颅骨内板增生症 额骨肥厚症"), ("skull",)),
    (_terms("颈椎病 颈椎综合征"), ("cervical_spine",)),
    (_terms("腰椎间盘突出症 腰椎滑脱症 腰椎管狭窄症"), ("lumbar_spine",)),
    (_terms("耻骨骨炎 髂骨致密性骨炎"), ("pelvis_left", "pelvis_right")),
    (_terms("颞下颌关节紊乱病 颌骨放射性坏死"), ("mandible",)),
)
