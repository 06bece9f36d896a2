"""Sentences of quality flags, of the review, of stored cases and of models, in Chinese (floor 1)."""

from __future__ import annotations

FINDINGS: tuple[tuple[str, str], ...] = (
    # ---- the report beside the hot spots ----
    (
        "{id} ({place}): the report calls it benign, the image alone a metastasis.",
        "{id}（{place}）：报告考虑良性，仅凭图像考虑转移。",
    ),
    (
        "{id} ({place}): the report calls it a metastasis, the image alone benign.",
        "{id}（{place}）：报告考虑转移，仅凭图像考虑良性。",
    ),
    ("{id} ({place}): the report speaks of the other side.", "{id}（{place}）：报告所述为另一侧。"),
    (
        "{id} ({place}): the report speaks of {other} instead.",
        "{id}（{place}）：报告所述为{other}。",
    ),
    (
        "{id} ({place}): the report denies uptake where the image alone shows a metastasis.",
        "{id}（{place}）：仅凭图像考虑转移，而报告称该处未见异常。",
    ),
    # ---- quality flags: counts ----
    (
        "The {view} view has {millions} million counts; below 1.5 million the Bone Scan Index is less sure.",
        "{view}计数为 {millions} 百万；低于 1.5 百万时骨显像指数的可靠性下降。",
    ),
    (
        "Both views together have {millions} million counts; 3 million are the guideline.",
        "两个体位的总计数为 {millions} 百万；指南要求 3 百万。",
    ),
    (
        "The picture went through lossy compression: its counts are not those that were acquired.",
        "图像经过有损压缩：其计数不是采集时的计数。",
    ),
    (
        "The pixel size of the {view} view was {source}, not read from the file: areas depend on it.",
        "{view}的像素大小为{source}，并非读自文件：面积取决于像素大小。",
    ),
    ("given", "用户指定"),
    ("assumed", "假定"),
    ("top", "上"),
    ("bottom", "下"),
    (
        "The {view} view is saturated: {pixels} touching pixels have the same highest value of {value}, so hotter places "
        "are cut off.",
        "{view}已饱和：{pixels} 个相邻像素同为最高值 {value}，更高的计数已被截断。",
    ),
    # ---- quality flags: field ----
    (
        "There is no {view} view: foci that only it would show are missed.",
        "缺少{view}：仅在该体位可见的浓聚灶会被遗漏。",
    ),
    (
        "In the {view} view no body stands out: cut edges, motion, side and uptake were not checked.",
        "{view}中辨认不出人体：未检查边缘截断、移动、左右和摄取。",
    ),
    (
        "The {view} view cuts the head off: the body goes on over {mm} mm of its {end} edge.",
        "{view}的头部被截断：人体在{end}缘延伸出视野，长 {mm} mm。",
    ),
    (
        "The {view} view cuts the legs or feet off: the body goes on over {mm} mm of its {end} edge.",
        "{view}的下肢或足部被截断：人体在{end}缘延伸出视野，长 {mm} mm。",
    ),
    (
        "The {view} view cuts an arm or the trunk off over {mm} mm of its side edge.",
        "{view}的手臂或躯干在侧缘被截断，长 {mm} mm。",
    ),
    # ---- quality flags: motion ----
    (
        "The patient may have moved: {where} mm below the top of the head the body jumps sideways by {mm} mm.",
        "患者可能移动过：头顶以下 {where} mm 处人体横向错位 {mm} mm。",
    ),
    (
        "There is a seam {where} mm below the top of the head: the counts change by a factor of {ratio} from one row to "
        "the next.",
        "头顶以下 {where} mm 处有接缝：相邻两行的计数相差 {ratio} 倍。",
    ),
    (
        "The {view} view has {rows} rows without counts within the body, {mm} mm.",
        "{view}在人体范围内有 {rows} 行没有计数，共 {mm} mm。",
    ),
    # ---- quality flags: timing ----
    (
        "By the file's times the scan was {hours} h after injection: check the clocks.",
        "按文件中的时间，显像在注射后 {hours} 小时进行：请核对时钟。",
    ),
    (
        "The scan was {hours} h after injection: before 2 h soft tissue is brighter and bone fainter.",
        "显像在注射后 {hours} 小时进行：早于 2 小时则软组织较浓、骨骼较淡。",
    ),
    (
        "The scan was {hours} h after injection, later than the usual 5 h: counts are fewer.",
        "显像在注射后 {hours} 小时进行，晚于通常的 5 小时：计数较少。",
    ),
    # ---- quality flags: uptake ----
    (
        "The {side} injection site is in the picture ({area} mm2, {id}); it is no lesion.",
        "图像中可见{side}侧注射点（{area} mm2，{id}）；不是病灶。",
    ),
    (
        "The injection site is in the picture ({area} mm2, {id}); it is no lesion.",
        "图像中可见注射点（{area} mm2，{id}）；不是病灶。",
    ),
    (
        "{percent} % of a view's counts lie at the {side} injection site ({id}, {area} mm2): with that much beside the "
        "vein, uptake elsewhere is too low.",
        "某一体位计数的 {percent} % 位于{side}侧注射点（{id}，{area} mm2）：显像剂外渗较多，其他部位摄取偏低。",
    ),
    (
        "{percent} % of a view's counts lie at the injection site ({id}, {area} mm2): with that much beside the vein, "
        "uptake elsewhere is too low.",
        "某一体位计数的 {percent} % 位于注射点（{id}，{area} mm2）：显像剂外渗较多，其他部位摄取偏低。",
    ),
    ("The bladder is seen ({area} mm2, {id}); it is no lesion.", "可见膀胱（{area} mm2，{id}）；不是病灶。"),
    (
        "The bladder is large ({area} mm2, {id}): it may hide foci of the sacrum and the pubis.",
        "膀胱较大（{area} mm2，{id}）：可能遮挡骶骨和耻骨的浓聚灶。",
    ),
    (
        "In the {view} view bone hardly stands out of soft tissue (ratio {ratio}): early image, poor uptake, or no bone "
        "scan.",
        "{view}中骨骼与软组织对比差（比值 {ratio}）：显像过早、摄取不良，或不是骨显像。",
    ),
    # ---- quality flags: the report ----
    (
        "The report may belong to another scan: by what the image shows, the probability that it is of this one is "
        "{fit}. Check name, date and examination.",
        "报告可能属于另一次检查：按图像所见，报告与本次检查相符的概率为 {fit}。请核对姓名、日期和检查项目。",
    ),
    # ---- quality flags: views ----
    (
        "The view called anterior looks like a posterior one and the other way round: if they are exchanged, left and "
        "right are wrong too.",
        "标为前位的图像看似后位，标为后位的看似前位：若两者颠倒，则左右也有误。",
    ),
    (
        "One view fits the other better when it is mirrored: check left and right, and read the scan {how} "
        "--flip-posterior if it is the posterior one.",
        "其中一个体位镜像后与另一体位更吻合：请核对左右；若为后位，请更改“后位导出方式”（{how} --flip-posterior）。",
    ),
    ("with", "使用"),
    ("without", "不使用"),
    (
        "The view called {view} looks like a {other} one: if it is, left and right are wrong too.",
        "标为{view}的图像看似{other}：若确实如此，则左右也有误。",
    ),
    (
        "The view called {view} looks like an {other} one: if it is, left and right are wrong too.",
        "标为{view}的图像看似{other}：若确实如此，则左右也有误。",
    ),
    # ---- review ----
    ("new", "新增"),
    ("gone", "消失"),
    ("class", "性质"),
    ("accepted", "采纳"),
    ("not accepted", "未采纳"),
    ("place", "部位"),
    ("report_effect", "报告的影响"),
    ("kept", "保留审阅者的判断"),
    ("yes", "是"),
    ("no", "否"),
    ("metastasis", "转移"),
    ("benign", "良性"),
    ("physiological", "生理性"),
    ("no report", "无报告"),
    ("unchanged", "未变"),
    ("raised", "升高"),
    ("lowered", "降低"),
    ("added", "因报告而增加"),
    ("removed", "因报告而去除"),
    ("found", "已发现"),
    ("not found again; the reader's entry stays", "未再次发现；保留审阅者的条目"),
    ("left or right", "左或右"),
    ("midline", "中线"),
    ("has levels {first} to {last}", "的节段为 {first} 到 {last}"),
    ("has no levels, leave it empty", "没有节段，请留空"),
    ("{name} has side '{side}'; {names} has side {right}", "{name} 的侧别为“{side}”；{names} 的侧别应为{right}"),
    ("has side '{side}'; {names} has side {right}", "侧别为“{side}”；{names} 的侧别应为{right}"),
    (
        "{name} has level '{level}'; {text} has levels {first} to {last}",
        "{name} 的节段为“{level}”；{text} 的节段为 {first} 到 {last}",
    ),
    (
        "{name} has level '{level}'; {text} has no levels, leave it empty",
        "{name} 的节段为“{level}”；{text} 没有节段，请留空",
    ),
    ("has level '{level}'; {names} {known}", "节段为“{level}”；{names}{known}"),
    # ---- cases and scenes ----
    (
        "A node of this case was deleted from the scene; segment the scan again.",
        "该病例的一个节点已从场景中删除；请重新分割。",
    ),
    (
        "The case stored in this scene is damaged; segment the scan again.",
        "场景中存储的病例已损坏；请重新分割。",
    ),
    (
        "{name} holds no result.json; it is not a case made by 'bonemetseg segment'",
        "{name} 中没有 result.json；它不是 BoneMetSeg 保存的病例",
    ),
    ("result.json of {name} is damaged; segment the scan again", "{name} 的 result.json 已损坏；请重新分割"),
    ("{name} holds no view; segment the scan again", "{name} 中没有图像；请重新分割"),
    ("{name} is missing or damaged; segment the scan again", "{name} 缺失或已损坏；请重新分割"),
    ("{name} is missing or damaged", "{name} 缺失或已损坏"),
    ("{name} lacks {text}; segment the scan again", "{name} 中缺少 {text}；请重新分割"),
    ("{name} is a file; -o takes a folder", "{name} 是文件；请选择文件夹"),
    ("{name} cannot be made: the folder above it does not exist", "无法创建 {name}：其上级文件夹不存在"),
    ("{name} holds no case to update; leave --update out for a new one", "{name} 中没有可更新的病例"),
    (
        "{name} is not empty; give --overwrite to replace it, or --update to add the report to its case",
        "{name} 不是空文件夹；替换请用 --overwrite，为其病例添加报告请用 --update",
    ),
    (
        "{name} holds files but no earlier case; --overwrite replaces only a case, choose another folder",
        "{name} 中有其他文件但没有病例；只能替换已有病例，请选择其他文件夹",
    ),
    ("{name} cannot be written: {reason}", "无法写入 {name}：{reason}"),
    ("{name} cannot be read: {reason}", "无法读取 {name}：{reason}"),
    ("No space left on device", "磁盘空间不足"),
    ("Permission denied", "没有权限"),
    ("Read-only file system", "文件系统为只读"),
    ("No such file or directory", "文件或文件夹不存在"),
    # ---- the edited table and outlines ----
    ("{name} cannot be read; save it as CSV in UTF-8", "无法读取 {name}；请保存为 UTF-8 编码的 CSV"),
    ("{name} lacks its column {text}; keep the header line as it was", "{name} 缺少列 {text}；请保持标题行不变"),
    ("{name} has two rows of {text}; leave one", "{name} 中有两行 {text}；请只保留一行"),
    (
        "{name}: {text} is no hot spot of this case; a new one is drawn as a segment",
        "{name}：{text} 不是该病例的浓聚灶；新的浓聚灶请以分割绘制",
    ),
    (
        "{name}: {text} has {column} {value}; it is one of {names}",
        "{name}：{text} 的 {column} 为 {value}；应为以下之一：{names}",
    ),
    ("{name} is not an NRRD file.", "{name} 不是 NRRD 文件。"),
    (
        "{name} cannot be read: its NRRD header is incomplete or damaged.",
        "无法读取 {name}：NRRD 文件头不完整或已损坏。",
    ),
    ("{name} cannot be read: {reason}.", "无法读取 {name}：{reason}。"),
    (
        "its pixels are in another file; save it from Slicer as .seg.nrrd",
        "像素在另一个文件中；请从 Slicer 保存为 .seg.nrrd",
    ),
    ("it is neither a volume nor a list of volumes", "它既不是体数据，也不是体数据列表"),
    ("it is larger than any segmentation of a bone scan", "它大于任何骨显像的分割"),
    ("its pixels are damaged or cut off", "像素已损坏或被截断"),
    ("it does not say where it lies in the patient", "未注明其在患者体内的位置"),
    ('its encoding "{name}" is not read here; save it from Slicer', "无法读取编码“{name}”；请从 Slicer 保存"),
    (
        "{name} is not a Slicer segmentation: it names no segments; save it as .seg.nrrd.",
        "{name} 不是 Slicer 分割：未列出任何分割；请保存为 .seg.nrrd。",
    ),
    (
        "{name} lies elsewhere than the {view} view: it may belong to another scan.",
        "{name} 的位置与{view}不符：可能属于另一次显像。",
    ),
    (
        "{name} cannot be read: the description of its segments is damaged.",
        "无法读取 {name}：分割的说明已损坏。",
    ),
    # ---- model and run ----
    (
        "Research on planar whole-body bone scans with their reports. Not for diagnosis or treatment. Trained on simulated "
        "scans and reports only; how it does on patients is not known.",
        "用于平面全身骨显像及其报告的研究，不得用于诊断或治疗。仅以模拟图像和模拟报告训练，用于患者的效果未知。",
    ),
    ("effect of the report", "报告的影响"),
    ("the reader's decision stays", "保留审阅者的判断"),
    ("there is no bundle folder {name}", "没有模型文件夹 {name}"),
    (
        "{name} holds no readable bundle.json; choose a folder made by 'model_training export'",
        "{name} 中没有可读取的 bundle.json；请选择由 model_training export 导出的文件夹",
    ),
    ("bundle {name} lacks its file {text}; copy or export it again", "模型 {name} 缺少文件 {text}；请重新复制或导出"),
    (
        "{name} of bundle {text} is not the file it was made with (SHA-256 differs)",
        "模型 {text} 的 {name} 已不是原来的文件（SHA-256 不符）",
    ),
    ("bundle.json of {name}", "{name} 的 bundle.json"),
    ("{name} is not a JSON object", "{name} 不是 JSON 对象"),
    ("{name} lacks {text}, or it is not of type {names}", "{name} 缺少 {text}，或其类型不是 {names}"),
    (
        "{name} has schema version {text}, for another network; this BoneMetSeg reads {names}: train and export it "
        "again with this version",
        "{name} 的格式版本为 {text}，属于另一种网络；本 BoneMetSeg 读取版本 {names}：请用本版本重新训练并导出",
    ),
    (
        "{name} is for {text} images; this version segments {names}",
        "{name} 用于 {text} 图像；本版本可分割的类型：{names}",
    ),
    (
        "{name} was made for another table of regions; export it again with this version",
        "{name} 所用的部位表不同；请用本版重新导出",
    ),
    ("{name} names no {text} among its files", "{name} 的文件列表中没有 {text}"),
    ("{name} names files outside of its folder", "{name} 列出了其文件夹之外的文件"),
    ("{name} lacks the threshold {text}, or it is not a number", "{name} 缺少阈值 {text}，或该值不是数值"),
    (
        "{name} describes a preprocessing that cannot be used ({text})",
        "{name} 所述的预处理无法使用（{text}）",
    ),
    (
        "the tokenizer of bundle {name} knows {a} words, its text encoder {b}; export it again",
        "模型 {name} 的分词器有 {a} 个词，其文本编码器有 {b} 个；请重新导出",
    ),
    ("a {kind} network and its trained shape have {n} dimensions", "{kind} 网络及其训练尺寸为 {n} 维"),
    ("a {kind} network looks at {n} views", "{kind} 网络的体位数为 {n}"),
    ("grid_multiple of this architecture is {n}", "该网络结构的 grid_multiple 为 {n}"),
    (
        "bundle {name} is for {text} scans, and this is a {names} scan",
        "模型 {name} 用于 {text} 检查，而本次检查为 {names}",
    ),
    (
        "the weights of bundle {name} do not fit its description ({text})",
        "模型 {name} 的权重与其说明不符（{text}）",
    ),
    ("{name} is not a tokenizer that can be read ({text})", "{name} 不是可读取的分词器（{text}）"),
    (
        "{name} holds neither tokenizer.json nor vocab.txt; it is not a BERT folder",
        "{name} 中没有 tokenizer.json 和 vocab.txt；它不是 BERT 文件夹",
    ),
    (
        "--device cuda: this installation of PyTorch sees no CUDA GPU; use --device cpu",
        "本机的 PyTorch 找不到 CUDA GPU；请将“计算设备”设为 CPU",
    ),
    (
        "{name} is a SPECT volume, and there is no model for SPECT; 'bonemetseg info' reads and shows it",
        "{name} 是 SPECT 断层图像，目前没有用于 SPECT 的模型",
    ),
    (
        "{name} is a SPECT volume, and there is no model for SPECT",
        "{name} 是 SPECT 断层图像，目前没有用于 SPECT 的模型",
    ),
    ("the computer ran out of memory; close other programs", "计算机内存不足；请关闭其他程序"),
    ("the installation of BoneMetSeg lacks its resource {name}", "BoneMetSeg 的安装缺少资源文件 {name}"),
    (
        "The segmentation could not start: the Python package {name} is missing.",
        "分割无法启动：缺少 Python 软件包 {name}。",
    ),
    ("The process that segments ended unexpectedly.", "分割进程意外结束。"),
    (
        "A Slicer scene needs the package slicer-core: install it, or leave the scene out (--no-scene).",
        "生成 Slicer 场景需要软件包 slicer-core：请安装，或不生成场景（--no-scene）。",
    ),
)
