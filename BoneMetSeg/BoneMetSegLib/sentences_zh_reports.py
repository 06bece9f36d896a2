"""Sentences about reports and the files they come in, in Chinese (floor 1)."""

from __future__ import annotations

REPORTS: tuple[tuple[str, str], ...] = (
    # any file
    (
        "the report holds no text; leave the report out, or give one with words in it",
        "报告中没有文字；请不提供报告，或提供有文字的报告",
    ),
    ("{name} is a folder; give the report's file", "{name} 是文件夹；请给出报告文件"),
    ("{name} does not exist; give the report's file", "{name} 不存在；请给出报告文件"),
    ("{name} is larger than {mb} MB, too large for a report", "{name} 超过 {mb} MB，报告不应如此之大"),
    (
        "{name} is larger than 1 MB, too large for a report; give its text alone",
        "{name} 超过 1 MB，报告不应如此之大；请只提供其文字",
    ),
    ("the report has {count} characters; at most {most} are read", "报告有 {count} 个字符；最多读取 {most} 个"),
    (
        "{name} is empty; leave the report out, or give one with words in it",
        "{name} 是空文件；请不提供报告，或提供有文字的报告",
    ),
    (
        "{name} holds no words; leave the report out, or give one with words in it",
        "{name} 中没有文字；请不提供报告，或提供有文字的报告",
    ),
    (
        "{name} is {kind}; save the report as .docx without a password, PDF or text",
        "{name} 是{kind}；请将报告保存为无密码的 .docx、PDF 或文本文件",
    ),
    ("a document protected by a password", "有密码保护的文档"),
    ("a Word document of the old kind (.doc)", "旧格式的 Word 文档（.doc）"),
    ("an Excel workbook of the old kind (.xls)", "旧格式的 Excel 工作簿（.xls）"),
    ("an Office document of the old kind", "旧格式的 Office 文档"),
    ("an HL7 CDA document", "HL7 CDA 文档"),
    (
        "{name} is {kind}, which is not read; save the report as a text file, PDF or Word document",
        "{name} 是 {kind}，无法读取；请将报告保存为文本文件、PDF 或 Word 文档",
    ),
    (
        "{name} is a web archive (.mht), which is not read; save the report as .docx, PDF or text",
        "{name} 是网页归档（.mht），无法读取；请将报告保存为 .docx、PDF 或文本文件",
    ),
    (
        "{name} is {kind}, not text; save the report as a text file, PDF or Word document",
        "{name} 是{kind}，不是文本；请将报告保存为文本文件、PDF 或 Word 文档",
    ),
    ("a compressed file", "压缩文件"),
    ("an image", "图像"),
    (
        "{name} is not text in UTF-8, GB18030 or Big5; save the report as a UTF-8 text file",
        "{name} 不是 UTF-8、GB18030 或 Big5 编码的文本；请将报告保存为 UTF-8 文本文件",
    ),
    (
        "{name} holds control characters, so it is not plain text; save it as a UTF-8 text file",
        "{name} 含有控制字符，不是纯文本；请保存为 UTF-8 文本文件",
    ),
    (
        "{name} takes longer than {seconds} s to read; it is damaged or no report",
        "读取 {name} 超过 {seconds} 秒；文件已损坏或不是报告",
    ),
    (
        "{name} needs more than {mb} MB of memory to read; it is damaged or no report",
        "读取 {name} 需要超过 {mb} MB 内存；文件已损坏或不是报告",
    ),
    ("takes longer than {seconds} s to read", "读取超过 {seconds} 秒"),
    ("needs more than {mb} MB of memory to read", "读取需要超过 {mb} MB 内存"),
    ("{name} {fault}; it is damaged or no report", "{name}：{fault}；文件已损坏或不是报告"),
    # Word
    (
        "{name} holds {count} files; a Word document with the report is needed",
        "{name} 含有 {count} 个文件；需要含报告的 Word 文档",
    ),
    ("an OpenDocument text", "OpenDocument 文本"),
    ("a ZIP archive", "ZIP 压缩包"),
    ("an Excel workbook", "Excel 工作簿"),
    ("an Office document", "Office 文档"),
    (
        "{name} is {kind}, not a Word document; save the report as .docx, PDF or a text file",
        "{name} 是 {kind}，不是 Word 文档；请将报告保存为 .docx、PDF 或文本文件",
    ),
    (
        "{name} is {kind} without a Word text; save the report as .docx, PDF, CSV or a text file",
        "{name} 是不含 Word 正文的 {kind}；请将报告保存为 .docx、PDF、CSV 或文本文件",
    ),
    ("{name} is protected by a password; save the report without one", "{name} 有密码保护；请保存为无密码的报告"),
    ("{name} unpacks to {mb} MB of text, too much for a report", "{name} 解压后有 {mb} MB 文字，报告不应如此之大"),
    ("{name} unpacks to more than it says; it is damaged", "{name} 解压后大于其声称的大小；文件已损坏"),
    (
        "{name} defines entities in its XML, which no Word document does; it is damaged",
        "{name} 的 XML 中定义了实体，Word 文档不会如此；文件已损坏",
    ),
    ("{name} is damaged and cannot be read as a Word document", "{name} 已损坏，无法按 Word 文档读取"),
    ("{name} nests its text more than {most} deep; it is damaged", "{name} 的文字嵌套超过 {most} 层；文件已损坏"),
    # HL7
    (
        "{name} holds HL7 messages of the kind {text}; ORU^R01 with a report is needed",
        "{name} 中的 HL7 消息类型为 {text}；需要含报告的 ORU^R01",
    ),
    (
        "{name} holds HL7 messages without a report's text (OBX segments of type TX, FT or ED)",
        "{name} 中的 HL7 消息没有报告文字（TX、FT 或 ED 类型的 OBX 段）",
    ),
    (
        "{name} holds {count} HL7 messages; at most {most} are read",
        "{name} 含有 {count} 条 HL7 消息；最多读取 {most} 条",
    ),
    (
        "{name} is not text in the character set that its HL7 header names",
        "{name} 的文字与其 HL7 消息头所注明的字符集不符",
    ),
    (
        "{name} carries a document in its HL7 message that is cut short or damaged",
        "{name} 的 HL7 消息中所附文档不完整或已损坏",
    ),
    ("{name} carries a document in its HL7 message that is damaged", "{name} 的 HL7 消息中所附文档已损坏"),
    # PDF
    (
        "{name} is protected against copying its text; save the report as an unprotected PDF",
        "{name} 禁止复制文字；请将报告保存为不受保护的 PDF",
    ),
    ("{name} is a PDF document without text", "{name} 是没有文字的 PDF 文档"),
    (
        "{name} does not say which characters its fonts show; save the report as text or Word document",
        "{name} 的字体未注明所显示的字符；请将报告保存为文本或 Word 文档",
    ),
    (
        "{name} is a PDF document; reading it needs a package that is not installed: {text}",
        "{name} 是 PDF 文档；读取它需要尚未安装的软件包：{text}",
    ),
    ("{name} is encrypted; save the report as a PDF without a password", "{name} 已加密；请将报告保存为无密码的 PDF"),
    ("{name} unpacks to more than {size}, too much for a report", "{name} 解压后超过 {size}，报告不应如此之大"),
    ("{name} is damaged and cannot be read as PDF", "{name} 已损坏，无法按 PDF 读取"),
    ("{name} has more than {most} pages, too many for a report", "{name} 超过 {most} 页，报告不应如此之多"),
    (
        "{name} is a scanned picture without text; have it recognised (OCR) and checked, or type its text",
        "{name} 是没有文字的扫描图片；请经文字识别（OCR）并核对，或手工输入文字",
    ),
    ("a predictor of impossible size", "不可能的预测器大小"),
    ("{mb} MB in an old compression", "{mb} MB（旧式压缩）"),
    # DICOM SR and encapsulated PDF
    (
        "{name} is no report: it is a DICOM object of the kind '{text}'",
        "{name} 不是报告：它是类型为“{text}”的 DICOM 对象",
    ),
    (
        "{name} is no report: it is a DICOM object of the kind {text}",
        "{name} 不是报告：它是类型为“{text}”的 DICOM 对象",
    ),
    ("{name} is a DICOM Structured Report without text", "{name} 是没有文字的 DICOM 结构化报告"),
    ("{name} nests its content more than {most} deep; it is damaged", "{name} 的内容嵌套超过 {most} 层；文件已损坏"),
    ("{name} says it encapsulates a PDF document, but holds none", "{name} 声称封装了 PDF 文档，但其中没有"),
    (
        "{name} has more than {most} content items, too many for a report",
        "{name} 的内容项超过 {most} 个，报告不应如此之多",
    ),
    # tables
    (
        "{name} is a table whose columns of findings and impression are empty",
        "{name} 是表格，但其所见和印象列为空",
    ),
    (
        "{name} is a table that cannot be read; one of its cells does not end",
        "{name} 是无法读取的表格；有一个单元格没有结尾",
    ),
    (
        "{name} has more than {most} rows; save those of this scan as a table of their own",
        "{name} 超过 {most} 行；请将该显像的行单独保存为一个表格",
    ),
    # one of several
    ("choose one with --accession", "请用检查号选择一份（--accession）"),
    (
        "save the one that belongs to the scan as a file of its own",
        "请将属于该显像的报告单独保存为一个文件",
    ),
    ("{name} holds {count} reports; {advice}", "{name} 含有 {count} 份报告；{advice}"),
    ("its report names another", "其中的报告注明的是另一检查号"),
    ("none of its {count} reports names it", "其中 {count} 份报告均未注明该检查号"),
    (
        "{name} has no report of the accession number that --accession gives; {held}",
        "{name} 中没有所给检查号（--accession）的报告；{held}",
    ),
    (
        "{name} has {count} different reports of the accession number that --accession gives; save the one that belongs "
        "to the scan as a file of its own",
        "{name} 中有 {count} 份不同的报告属于所给检查号（--accession）；请将属于该显像的报告单独保存为一个文件",
    ),
    ("no diagnostic report", "不是诊断报告"),
    ("structured report", "结构化报告"),
    ("structured report {name} of {when}", "结构化报告 {name}（{when}）"),
    ("structured report {name}", "结构化报告 {name}"),
    ("structured report of {when}", "结构化报告（{when}）"),
    ("PDF document", "PDF 文档"),
    ("PDF document {name} of {when}", "PDF 文档 {name}（{when}）"),
    ("PDF document {name}", "PDF 文档 {name}"),
    ("PDF document of {when}", "PDF 文档（{when}）"),
    ("complete", "已完成"),
    ("partial", "未完成"),
    ("verified", "已审核"),
    ("unverified", "未审核"),
    ("replaces {text}", "替代 {text}"),
    ("in {name}", "位于 {name}"),
    ("{count} characters", "{count} 个字符"),
    ("choose one with --accession, or give it as a file", "请用检查号选择一份（--accession），或以文件给出"),
    ("give the right one as a file", "请以文件给出正确的一份"),
    (
        "none of the reports in {name} has the accession number that --accession gives",
        "{name} 中的报告均不属于所给检查号（--accession）",
    ),
    ("The report says that it is not complete.", "报告注明其尚未完成。"),
    ("The report says that nobody has verified it.", "报告注明其尚未经审核。"),
    (
        "{name} holds no report in DICOM: {instead}; give a report of another kind as a file",
        "{name} 中没有 DICOM 报告：{instead}；请以文件给出其他类型的报告",
    ),
    ("{name} holds no report of the scan's study, but of others", "{name} 中没有该检查的报告，只有其他检查的报告"),
    ("{fault}: {listed}; give the right one as a file", "{fault}：{listed}；请以文件给出正确的一份"),
    (
        "{fault}: {listed}; give the right one by --accession, or as a file",
        "{fault}：{listed}；请用检查号（--accession）或以文件给出正确的一份",
    ),
    (
        "{name} holds {count} reports of the scan: {listed}; {advice}",
        "{name} 中有该显像的 {count} 份报告：{listed}；{advice}",
    ),
    (
        "the report in {name} ({text}) is of another patient than the scan",
        "{name} 中的报告（{text}）与骨显像属于不同患者",
    ),
)
