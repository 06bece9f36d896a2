"""Sentences about files with planar images, and about DICOM images in general, in Chinese (floor 1)."""

from __future__ import annotations

PLANAR: tuple[tuple[str, str], ...] = (
    # words
    ("anterior", "前位"),
    ("posterior", "后位"),
    ("left", "左"),
    ("right", "右"),
    ("lateral or oblique", "侧位或斜位"),
    ("counts", "计数"),
    ("a dynamic series", "动态序列"),
    ("a gated series", "门控序列"),
    ("a set of SPECT projections", "一组 SPECT 投影"),
    ("a set of gated SPECT projections", "一组门控 SPECT 投影"),
    ("a reconstructed SPECT volume", "重建的 SPECT 断层图像"),
    ("a reconstructed gated SPECT volume", "重建的门控 SPECT 断层图像"),
    ("a localizer", "定位像"),
    ("a static (spot) view", "静态（局部）图像"),
    ("not said to be a whole body", "未注明为全身的图像"),
    ("another unknown kind", "其他未知类型"),
    ("DICOM object of unknown kind", "类型未知的 DICOM 对象"),
    ("DICOM object of unknown kind {text}", "类型未知的 DICOM 对象 {text}"),
    ("an unknown transfer syntax", "未知的传输语法"),
    ("an unknown transfer syntax {text}", "未知的传输语法 {text}"),
    ("file name", "文件名"),
    ("series description", "序列描述"),
    ("protocol name", "协议名称"),
    ("Image ID", "图像标识"),
    ("series description {view}", "序列描述为{view}"),
    ("protocol name {view}", "协议名称为{view}"),
    ("Image ID {view}", "图像标识为{view}"),
    ("image comments {view}", "图像备注为{view}"),
    ("derivation description {view}", "派生描述为{view}"),
    ("file name: {view}", "文件名：{view}"),
    ("key in the file: {view}", "文件中的键：{view}"),
    ("plane in the body: {view}", "平面在体内的方位：{view}"),
    ("image comments", "图像备注"),
    ("derivation description", "派生描述"),
    ("View Code Sequence", "体位代码（View Code Sequence）"),
    ("view code's meaning", "体位代码的含义"),
    ("key in the file", "文件中的键"),
    ("direction of the columns", "列的方向"),
    ("plane in the body", "平面在体内的方位"),
    ("not stated", "未注明"),
    ("nothing", "无"),
    ("{a} by its {b}", "{b}为{a}"),
    # any file
    ("{name} does not exist", "{name} 不存在"),
    ("{name} cannot be opened; check that you may read it", "无法打开 {name}；请检查是否有读取权限"),
    ("{name} is empty (0 bytes)", "{name} 是空文件（0 字节）"),
    ("{name} is a folder; give the scan's DICOM file", "{name} 是文件夹；请给出骨显像的 DICOM 文件"),
    ("{name} is no regular file; give the scan's DICOM file", "{name} 不是普通文件；请给出骨显像的 DICOM 文件"),
    ("{name} is {kind}; give the bone scan's DICOM file", "{name} 是{kind}；请给出骨显像的 DICOM 文件"),
    ("a PDF document", "PDF 文档"),
    ("a Word document", "Word 文档"),
    ("a PNG picture; pictures hold no counts", "PNG 图片；图片不含计数"),
    ("a JPEG picture; pictures hold no counts", "JPEG 图片；图片不含计数"),
    ("a BMP picture; pictures hold no counts", "BMP 图片；图片不含计数"),
    ("a TIFF picture; pictures hold no counts", "TIFF 图片；图片不含计数"),
    ("not DICOM, NRRD, NIfTI or MHA", "无法识别的格式（不是 DICOM、NRRD、NIfTI 或 MHA）"),
    ("{name} says it is larger than this computer's memory", "{name} 声称的大小超过本机内存"),
    ("{name} is damaged and cannot be read as DICOM", "{name} 已损坏，无法按 DICOM 读取"),
    ("{name} is not a DICOM file", "{name} 不是 DICOM 文件"),
    ("{name} unpacks to over {mb} MB, too much for a bone scan", "{name} 解压后超过 {mb} MB，骨显像不应如此之大"),
    # which image it is
    (
        "{name} is the index of a DICOM disc (DICOMDIR); give the image file itself",
        "{name} 是 DICOM 光盘的索引（DICOMDIR）；请给出图像文件本身",
    ),
    (
        "{name} is truncated or damaged: it breaks off before its image",
        "{name} 不完整或已损坏：文件在图像数据之前中断",
    ),
    (
        "{name} is no bone scan: its modality is {said}, and NM is needed",
        "{name} 不是骨显像：其模态为 {said}，应为 NM",
    ),
    ("{name} holds no planar image: it is a {kind}", "{name} 不含平面图像：它是{kind}"),
    (
        "{name} is {kind}; planar whole-body views or a reconstructed SPECT volume are needed",
        "{name} 是{kind}；需要平面全身图像或重建的 SPECT 断层图像",
    ),
    (
        "{name} is a volume of {count} slices; planar whole-body views are needed",
        "{name} 是 {count} 层的体数据；需要平面全身图像",
    ),
    ("{name} is {kind} of {mm} mm height; whole-body views are needed", "{name} 是{kind}，高 {mm} mm；需要全身图像"),
    (
        "The file does not say that it is a whole-body view; its height of {mm} mm does.",
        "文件未注明为全身图像；根据其高度 {mm} mm 判定为全身图像。",
    ),
    (
        "{name} has a Pixel Spacing of {count} values; give it with --pixel-size-mm",
        "{name} 的 Pixel Spacing 有 {count} 个值；请指定像素大小（--pixel-size-mm）",
    ),
    (
        "By its {source} the posterior view was exported mirrored, and its first column was taken as the patient's "
        "right; --no-flip-posterior says otherwise.",
        "根据 {source}，后位图像导出时已镜像，首列按患者右侧处理；若有误，请在“后位导出方式”中更改"
        "（--no-flip-posterior）。",
    ),
    (
        "{name} is stored with the feet at the top; export it with the head at the top",
        "{name} 存储时足在上；请以头在上的方式导出",
    ),
    (
        "{source} contradicts the sides of the {view} view: check left and right.",
        "{source} 与{view}的左右不符：请核对左右。",
    ),
    ("The image went through lossy compression: counts are approximate.", "图像经过有损压缩：计数为近似值。"),
    (
        "The file is a Secondary Capture: its values need not be counts.",
        "文件为二次采集（Secondary Capture）：其数值不一定是计数。",
    ),
    # pixels of DICOM
    ("{name} holds no image; it may be truncated", "{name} 不含图像；文件可能不完整"),
    ("{name} does not say how many rows and columns its image has", "{name} 未注明图像的行数和列数"),
    (
        "{name} is a colour picture; the counts are needed, not a screenshot",
        "{name} 是彩色图片；需要计数图像，而不是截图",
    ),
    ("{name} is a colour picture; counts are needed", "{name} 是彩色图片；需要计数图像"),
    (
        "{name} is a transmission image (of attenuation); the emission image is needed",
        "{name} 是透射（衰减）图像；需要发射图像",
    ),
    (
        "{name} says it holds {count} images of {columns} x {rows} pixels, too many for a bone scan",
        "{name} 声称含 {count} 幅 {columns} x {rows} 像素的图像，骨显像不应如此之多",
    ),
    (
        "{name} is compressed as {kind}, which is not read; export it otherwise: {known}",
        "{name} 采用 {kind} 压缩，无法读取；请改用其他方式导出：{known}",
    ),
    (
        "uncompressed, RLE, JPEG (baseline, extended, lossless), JPEG-LS and JPEG 2000 pixels are read",
        "可读取未压缩、RLE、JPEG（baseline、extended、lossless）、JPEG-LS 和 JPEG 2000 的像素数据",
    ),
    (
        "{name} is truncated: it holds {held} of {expected} bytes of its image",
        "{name} 不完整：图像数据应有 {expected} 字节，只有 {held} 字节",
    ),
    (
        "{name} holds more images than the {count} it says, so which is which is not known",
        "{name} 所含图像多于其声称的 {count} 幅，无法确定各幅图像的体位",
    ),
    (
        "{name} has a Rescale Slope of {slope}, which makes no counts",
        "{name} 的 Rescale Slope 为 {slope}，无法换算为计数",
    ),
    (
        "{name} says it holds {count} images, but there are {found} compressed ones",
        "{name} 声称含 {count} 幅图像，但压缩图像有 {found} 幅",
    ),
    (
        "{name} is truncated or damaged: its compressed image breaks off",
        "{name} 不完整或已损坏：压缩图像数据中断",
    ),
    (
        "{name} holds a compressed image that cannot be decoded; it may be damaged",
        "{name} 中的压缩图像无法解码；文件可能已损坏",
    ),
    (
        "{name} holds a compressed image that cannot be decoded; it may be truncated",
        "{name} 中的压缩图像无法解码；文件可能不完整",
    ),
    (
        "{name} says its image has {columns} columns x {rows} rows, but the compressed one has {a} x {b} of {c} values",
        "{name} 声称图像为 {columns} 列 x {rows} 行，但压缩图像为 {a} x {b}，每像素 {c} 个值",
    ),
    # what a planar view must be
    (
        "{name} has {columns} columns x {rows} rows; a whole-body view has {least} to {most} of each",
        "{name} 为 {columns} 列 x {rows} 行；全身图像的行列数应在 {least} 到 {most} 之间",
    ),
    (
        "{name} has {columns} columns x {rows} rows and is not higher than wide, so it is no whole-body view",
        "{name} 为 {columns} 列 x {rows} 行，高不大于宽，因此不是全身图像",
    ),
    ("{name} holds pixels that are not numbers (NaN or infinite)", "{name} 含有非数值像素（NaN 或无穷大）"),
    (
        "{name} holds negative counts; the image as acquired is needed, without processing",
        "{name} 含有负计数；需要未经处理的原始采集图像",
    ),
    ("{name} is empty: every pixel is zero", "{name} 为空白图像：所有像素均为零"),
    ("{name} shows nothing: every pixel has the same value", "{name} 无内容：所有像素的值相同"),
    (
        "{name} is {mm} mm high, which is not a whole-body view; check the pixel size ({size} mm)",
        "{name} 高 {mm} mm，不是全身图像；请核对像素大小（{size} mm）",
    ),
    (
        "{name} does not say how large a pixel is; give it with --pixel-size-mm",
        "{name} 未注明像素大小；请在 Volumes 模块中输入像素间距（--pixel-size-mm）",
    ),
    (
        "The file does not say how large a pixel is; {size} was given.",
        "文件未注明像素大小；采用所给的 {size}。",
    ),
    ("A pixel of {size} was given; the file says {said}.", "所给像素大小为 {size}；文件注明为 {said}。"),
    (
        "{name} does not say whether it is the anterior or the posterior view; give it with --view",
        "{name} 未注明是前位还是后位；请在“模型与设置”的“体位”中指定（--view）",
    ),
    (
        "{name} is the {view} view by its {source}, but --view says {given}",
        "根据{source}，{name} 为{view}，但指定的体位（--view）为{given}",
    ),
    (
        "{name} says a pixel is {size} ({text}); a bone scan has pixels of {least} to {most} mm",
        "{name} 注明像素大小为 {size}（{text}）；骨显像的像素大小应为 {least} 到 {most} mm",
    ),
    (
        "{name} says a pixel is {size}; a bone scan has pixels of {least} to {most} mm",
        "{name} 注明像素大小为 {size}；骨显像的像素大小应为 {least} 到 {most} mm",
    ),
    # frames
    (
        "{name} holds {count} images; --view is for a file with a single view",
        "{name} 含 {count} 幅图像；指定体位（--view）只适用于单一体位的文件",
    ),
    (
        "{name} holds the {view} view more than once; give one anterior and one posterior",
        "{name} 含有不止一幅{view}图像；请给出前位和后位各一幅",
    ),
    (
        "{name} holds {count} images; an anterior and a posterior view are needed",
        "{name} 含 {count} 幅图像；需要前位和后位各一幅",
    ),
    (
        "{name} holds {count} images but its Detector Vector has {values} values, so which is which is not known",
        "{name} 含 {count} 幅图像，但其 Detector Vector 有 {values} 个值，无法确定各幅图像的体位",
    ),
    (
        "{name} holds {count} images but its Energy Window Vector has {values} values, so which is which is not known",
        "{name} 含 {count} 幅图像，但其 Energy Window Vector 有 {values} 个值，无法确定各幅图像的能窗",
    ),
    ("{name} contradicts itself about its view ({said})", "{name} 关于体位的信息自相矛盾（{said}）"),
    (
        "{name} holds images of {count} energy windows, of which {found} hold {kev} keV; export the photopeak window "
        "alone",
        "{name} 含 {count} 个能窗的图像，其中 {found} 个包含 {kev} keV；请只导出光电峰能窗",
    ),
    (
        "{name} holds no image of its photopeak window ({kev} keV)",
        "{name} 不含光电峰能窗（{kev} keV）的图像",
    ),
    (
        "The file holds {count} energy windows; only that of {kev} keV was used.",
        "文件含 {count} 个能窗；只采用 {kev} keV 的能窗。",
    ),
    (
        "{name} does not say whether its image {number} is the anterior or the posterior view; export the views as two "
        "files and name each with its view (ant, post)",
        "{name} 未注明第 {number} 幅图像是前位还是后位；请将两个体位导出为两个文件，并在文件名中注明体位（ant、post）",
    ),
    (
        "{name} has an image of detector {number}, which it does not describe",
        "{name} 含有探头 {number} 的图像，但没有该探头的说明",
    ),
    (
        "{name} contradicts itself: its view code is {a}, the code's meaning {b}",
        "{name} 自相矛盾：体位代码为{a}，代码含义为{b}",
    ),
    (
        "{name} shows the view {said}; an anterior and a posterior view are needed",
        "{name} 的体位为“{said}”；需要前位和后位",
    ),
)
