"""Sentences about folders, discs and archives, and about the two files of a scan, in Chinese (floor 1)."""

from __future__ import annotations

STUDIES: tuple[tuple[str, str], ...] = (
    # what lies in a study
    ("SPECT projections", "SPECT 投影"),
    ("gated SPECT projections", "门控 SPECT 投影"),
    ("a gated SPECT volume", "门控 SPECT 断层图像"),
    ("a screen capture", "屏幕截图"),
    ("ultrasound", "超声"),
    ("a radiograph", "X 线片"),
    ("a report", "报告"),
    ("a display setting", "显示设置"),
    ("a segmentation", "分割"),
    ("a list of key images", "关键图像列表"),
    ("another DICOM object", "其他 DICOM 对象"),
    ("a colour picture", "彩色图片"),
    ("a transmission image (of attenuation)", "透射（衰减）图像"),
    ("a SPECT volume", "SPECT 断层图像"),
    ("a whole-body picture that is not higher than wide", "高不大于宽的全身图片"),
    ("a whole-body view", "全身图像"),
    ("an NRRD volume", "NRRD 体数据"),
    ("a NIfTI volume", "NIfTI 体数据"),
    ("an MHA volume", "MHA 体数据"),
    ("a ZIP archive or Office document", "ZIP 压缩包或 Office 文档"),
    ("a RAR archive", "RAR 压缩包"),
    ("a 7z archive", "7z 压缩包"),
    ("a picture", "图片"),
    ("text", "文本"),
    ("another file", "其他文件"),
    ("{kind} ({count})", "{kind}（{count}）"),
    ("1 file", "1 个文件"),
    ("{count} files", "{count} 个文件"),
    ("1 DICOM file", "1 个 DICOM 文件"),
    ("{count} DICOM files", "{count} 个 DICOM 文件"),
    ("it holds {kinds}", "其中有{kinds}"),
    (
        "all {count} files that it names are missing; give the folder of the whole disc",
        "其列出的 {count} 个文件全部缺失；请给出整张光盘的文件夹",
    ),
    ("all {count} files that it names are missing", "其列出的 {count} 个文件全部缺失"),
    ("give the folder of the whole disc", "请给出整张光盘的文件夹"),
    ("its {files} cannot be read", "其中{files}无法读取"),
    ("it holds no DICOM image, but {kinds}", "其中没有 DICOM 图像，只有{kinds}"),
    ("it holds no DICOM image", "其中没有 DICOM 图像"),
    ("it holds documents of other kinds: {kinds}", "其中有其他类型的文档：{kinds}"),
    ("a document without title", "无标题的文档"),
    ("'a document without title' ({count})", "无标题的文档（{count}）"),
    ("{files} in the study could not be read.", "检查中有 {files}无法读取。"),
    ("{files} that the DICOMDIR names is missing.", "DICOMDIR 所列的{files}缺失。"),
    ("{files} that the DICOMDIR names are missing.", "DICOMDIR 所列的{files}缺失。"),
    ("{files} repeated an image and counted once.", "{files}与其他图像重复，只计一次。"),
    (
        "a planar whole-body scan or a SPECT volume of modality NM is needed",
        "需要模态为 NM 的平面全身显像或 SPECT 断层图像",
    ),
    ("give the scan's own file", "请给出骨显像文件本身"),
    ("{name} holds no bone scan: {instead}; {advice}", "{name} 中没有骨显像：{instead}；{advice}"),
    (
        "{name} holds more than {most} files; give the folder of one study",
        "{name} 中的文件超过 {most} 个；请给出单次检查的文件夹",
    ),
    (
        "{name} names more than {most} files; give the folder of one study",
        "{name} 列出的文件超过 {most} 个；请给出单次检查的文件夹",
    ),
    (
        "{name} is larger than any DICOMDIR; give the folder of one study",
        "{name} 过大，不是 DICOMDIR；请给出单次检查的文件夹",
    ),
    ("{name} is damaged and cannot be read as a DICOMDIR", "{name} 已损坏，无法按 DICOMDIR 读取"),
    ("{name} names no files", "{name} 没有列出任何文件"),
    ("the file is too large", "文件过大"),
    # several bone scans in a study
    (
        "{name} holds images of {count} patients; give the folder of one",
        "{name} 中有 {count} 名患者的图像；请给出单个患者的文件夹",
    ),
    (
        "{name} holds {count} bone scans: {listed}; choose one with --series, by the number in brackets",
        "{name} 中有 {count} 次骨显像：{listed}；请用方括号中的编号选择一次（--series）",
    ),
    ("is a SPECT volume", "还有 1 个 SPECT 断层图像"),
    ("are {count} SPECT volumes", "还有 {count} 个 SPECT 断层图像"),
    (
        "Beside the planar views there {said}, which --series chooses: {listed}.",
        "除平面图像外{said}，可用 --series 选择：{listed}。",
    ),
    (
        "--series {name} names none of the bone scans in {names}: {listed}",
        "--series {name} 与 {names} 中的骨显像均不符：{listed}",
    ),
    (
        "--series {name} names {count} of the bone scans in {names}: {listed}",
        "--series {name} 与 {names} 中的 {count} 次骨显像相符：{listed}",
    ),
    ("Of {count} bone scans --series chose {listed}.", "共有 {count} 次骨显像，--series 选择了{listed}。"),
    ("series without number of {name}, {views}", "无编号序列（{name}），{views}"),
    ("series {name} of {text}, {views}", "序列 {name}（{text}），{views}"),
    ("series {name}, {views}", "序列 {name}，{views}"),
    ("series without number, {views}", "无编号序列，{views}"),
    ("series without number", "无编号序列"),
    ("series {name}", "序列 {name}"),
    ("of {day} {time}", "{day} {time}"),
    ("and {count} more", "及另外 {count} 项"),
    ("views not named", "未注明体位"),
    # one scan, one or two files
    ("--view is {name}; it must be anterior or posterior", "--view 为 {name}；应为 anterior 或 posterior"),
    ("--quantity is {name}; it must be {names} or {text}", "--quantity 为 {name}；应为 {names} 或 {text}"),
    (
        "--series is for a folder, a DICOMDIR or a ZIP archive, and {name} is none",
        "--series 用于文件夹、DICOMDIR 或 ZIP 压缩包，而 {name} 都不是",
    ),
    ("--quantity is for a SPECT volume, and {what} is none", "--quantity 用于 SPECT 断层图像，而 {what} 不是"),
    (
        "{count} files were given; a scan is one file, or an anterior and a posterior one",
        "给出了 {count} 个文件；一次显像应为一个文件，或前位和后位各一个",
    ),
    ("{names} hold more than one anterior and posterior view", "{names} 中的前位、后位图像不止各一幅"),
    (
        "There is no posterior view that --flip-posterior could flip.",
        "没有后位图像，“后位导出方式”（--flip-posterior）不起作用。",
    ),
    (
        "--view is for a single file; of two files each must name its view, at least in its file name",
        "指定体位（--view）只适用于单个文件；两个文件时各文件须注明体位，至少在文件名中注明",
    ),
    (
        "{name} is no DICOM file as {names} is; give the files of one volume",
        "{name} 不像 {names} 那样是 DICOM 文件；请给出同一体数据的文件",
    ),
    (
        "{name} is a SPECT volume by itself; give one volume, or two planar views",
        "{name} 本身就是 SPECT 断层图像；请给出一个断层图像，或两个平面体位",
    ),
    ("{name} is a SPECT volume; {text} is for planar views", "{name} 是 SPECT 断层图像；{text} 用于平面图像"),
    (
        "{names} both hold the {view} view; give one anterior and one posterior view",
        "{names} 都含有{view}图像；请给出前位和后位各一幅",
    ),
    ("{names} are of different formats ({name} and {text})", "{names} 的格式不同（{name} 和 {text}）"),
    ("{names} are of different patients by their Patient ID", "按 Patient ID，{names} 属于不同患者"),
    (
        "{names} were acquired on different days; give the two views of one scan",
        "{names} 不是同一天采集的；请给出同一次显像的两个体位",
    ),
    (
        "The two files are of different studies of one day: check that they are one scan.",
        "两个文件属于同一天的不同检查：请核对是否为同一次显像。",
    ),
    (
        "The two files name the patient differently: check that they are one scan.",
        "两个文件中的患者姓名不同：请核对是否为同一次显像。",
    ),
    # archives
    ("{count} MB", "{count} MB"),
    ("{count} kB", "{count} kB"),
    (
        "{name} is damaged or truncated and cannot be opened as a ZIP archive",
        "{name} 已损坏或不完整，无法作为 ZIP 压缩包打开",
    ),
    ("{name} is damaged: its file {names} cannot be unpacked", "{name} 已损坏：其中的文件 {names} 无法解压"),
    ("{name} holds a scan of more than {most} MB, which is no scan", "{name} 中的图像超过 {most} MB，不可能是骨显像"),
    (
        "{name} holds more than {most} files; give the archive of one study",
        "{name} 中的文件超过 {most} 个；请给出单次检查的压缩包",
    ),
    (
        "{name} is encrypted; unpack it with its password and give the folder",
        "{name} 已加密；请用密码解压后给出文件夹",
    ),
    (
        "{name} is packed by a method that is not read (such as Deflate64); unpack it and give the folder",
        "{name} 采用无法读取的压缩方法（如 Deflate64）；请解压后给出文件夹",
    ),
    (
        "{name} holds files whose names lead outside of it, so it was not unpacked",
        "{name} 中有文件名指向压缩包之外，因此未解压",
    ),
    (
        "{name} would grow from {before} to {after}, so it was left",
        "{name} 解压后将从 {before} 增至 {after}，因此未解压",
    ),
    (
        "{name} is damaged: its files are larger than the archive itself",
        "{name} 已损坏：其中文件的大小超过压缩包本身",
    ),
    # volumes of the scene
    ("No volume is chosen; choose a bone scan", "未选择图像；请选择骨显像"),
    ("The chosen volume holds no image", "所选体数据中没有图像"),
    (
        "{name} holds two slices and does not say which of them is the anterior view; choose the view of the first "
        "slice, or load the scan from the DICOM database",
        "{name} 含两层，但未注明哪一层是前位；请选择第一层的体位，或从 DICOM 数据库加载该检查",
    ),
    (
        "Both volumes show the {view} view; choose an anterior and a posterior one",
        "两个体数据都是{view}；请选择前位和后位各一个",
    ),
    ("counts, since the volume does not say what its values are", "计数（体数据未注明其数值的含义）"),
)
