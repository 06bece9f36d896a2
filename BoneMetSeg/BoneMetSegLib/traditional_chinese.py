"""Traditional Chinese characters of reports in their simplified form, one for one, so that spans stay valid (floor 1).

The anatomy table and the network read simplified Chinese. The pairs below cover every character of the project's own
reports and headings, and what hospitals of Taiwan and Hong Kong write around them; a character that is not here is left
as it is. Where one traditional character stands for several simplified ones, that of medical use is given; characters
whose simplified form depends on the word (乾, 著, 瞭) are left out.
"""

from __future__ import annotations

# Written as pairs: traditional, simplified.
_CHARACTERS = (
    "兩两個个臨临為为爲为義义亞亚僅仅儀仪傷伤側侧傾倾關关內内岡冈減减則则創创別别劑剂動动勞劳勻匀區区單单壓压"
    "雙双發发變变葉叶號号團团圍围圖图圓圆塊块處处頭头學学實实宮宫對对導导層层歲岁廣广應应彌弥強强態态惡恶掃扫"
    "報报損损換换攝摄數数斷断無无舊旧時时顯显術术條条標标樣样橈桡檢检殘残淺浅濃浓滲渗滯滞瀦潴點点熱热狀状環环"
    "現现療疗鹽盐蓋盖盤盘鹼碱積积稱称類类纖纤約约納纳縱纵紋纹線线組组細细織织結结統统維维綜综緣缘縮缩恥耻腸肠"
    "腎肾腫肿脛胫脈脉臟脏節节藥药慮虑蝕蚀見见觀观規规計计議议論论訪访證证評评訴诉診诊請请諸诸謝谢質质資资贅赘"
    "躍跃蹤踪轉转軟软軸轴輕轻較较輸输邊边進进遠远連连遲迟鄰邻鑑鉴鑒鉴鈣钙鐘钟鎖锁鎝锝鏡镜長长間间陽阳陰阴階阶"
    "陳陈隨随隱隐難难靜静頂顶項项顱颅頸颈頜颌顎颌額额驗验髖髋髕髌鷹鹰齒齿於于餘余準准佔占後后臺台週周佈布併并"
    "並并牀床徵征係系適适採采裡里裏里癥症緻致範范鬆松據据勝胜膠胶腦脑復复複复雜杂疊叠竈灶歷历註注體体總总監监"
    "與与續续預预顴颧頰颊竇窦護护癒愈瘍疡壞坏膽胆臍脐臥卧豎竖們们幾几種种過过達达還还這这產产記记該该說说認认"
    "讀读調调識识譯译負负責责趨趋軀躯載载輔辅運运選选遺遗醫医釋释針针鈍钝銳锐錄录門门開开閉闭閱阅際际雖虽離离"
    "電电順顺須须頻频題题顆颗嚴严叢丛專专將将屬属帶带廢废張张彈弹彎弯徑径恆恒慣惯懷怀擇择擬拟擴扩擠挤敗败斂敛"
    "書书會会東东極极構构橫横樞枢機机權权歸归毀毁氣气決决沒没況况溝沟滿满漿浆潰溃濕湿濾滤爾尔狹狭獨独獲获畫画"
    "畢毕異异當当皺皱盡尽眾众碼码確确礎础穩稳簡简紀纪紅红純纯級级終终絕绝給给經经緊紧緒绪編编緩缓縫缝縣县繞绕"
    "繼继聯联聲声職职聽听脫脱腳脚膚肤膿脓臉脸舉举藍蓝衛卫裝装補补襯衬親亲覺觉觸触訊讯討讨訓训託托設设許许詢询"
    "試试詳详誤误課课諮谘謹谨豐丰貧贫貫贯貼贴跡迹車车軌轨迴回遊游鉛铅鉤钩銜衔鋸锯錐锥錯错鐵铁閃闪險险靈灵領领"
    "風风黃黄齊齐劍剑顳颞蹠跖瘻瘘癱瘫潛潜澤泽誌志誘诱誰谁諾诺賴赖贏赢輪轮鈾铀鎵镓鉈铊鍀锝鎘镉錸铼銦铟氫氢筆笔"
    "爭争協协參参勢势優优價价億亿備备債债傳传厭厌廠厂吳吴員员問问啟启喪丧嘗尝園园國国執执場场塵尘壽寿夠够夢梦"
    "夾夹奪夺奮奋婦妇孫孙寧宁寬宽審审寫写尋寻屆届島岛師师幣币庫库廳厅徹彻悅悦憂忧憶忆戶户拋抛掛挂揚扬搶抢撐撑"
    "擊击擋挡擔担攔拦攜携敘叙敵敌曆历曉晓棄弃楊杨業业榮荣槍枪樂乐樓楼橋桥歐欧殺杀毆殴湯汤滅灭漸渐潤润濟济瀉泻"
    "灘滩災灾煉炼燒烧營营爐炉牽牵犧牺獎奖獻献瑪玛畝亩癬癣盧卢矯矫祿禄禍祸稅税窮穷競竞籤签粵粤糧粮紙纸紐纽紮扎"
    "緋绯網网綠绿緯纬縛缚繪绘繫系纏缠罰罚羅罗習习膩腻興兴艦舰莊庄華华萬万蘇苏虛虚虧亏蟲虫蝦虾蠟蜡褲裤視视覽览"
    "詞词誠诚語语誼谊談谈諒谅講讲謂谓謬谬薦荐"
)
# Words of Taiwan and Hong Kong for the same place, of the same length, after the characters were simplified.
_WORDS = (
    ("摄护腺", "前列腺"),
    ("荐肠关节", "骶髂关节"),
    ("肠荐关节", "骶髂关节"),
    ("荐髂", "骶髂"),
    ("荐骨", "骶骨"),
    ("荐椎", "骶椎"),
    ("肠骨", "髂骨"),
    ("扫瞄", "扫描"),
)


TO_SIMPLIFIED = {ord(old): ord(new) for old, new in zip(_CHARACTERS[::2], _CHARACTERS[1::2], strict=True)}
"""Code points of traditional characters to those of their simplified forms, for ``str.translate``."""


def to_simplified(text: str) -> str:
    """Return ``text`` with traditional characters and words in simplified form, of the same length."""
    simplified = text.translate(TO_SIMPLIFIED)
    if simplified == text:  # the words below are written differently in simplified Chinese anyway
        return text
    for there, here in _WORDS:
        simplified = simplified.replace(there, here)
    return simplified
