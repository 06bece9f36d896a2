"""Sentences about NRRD, NIfTI and MHA files and about SPECT volumes, in Chinese (floor 1)."""

from __future__ import annotations

VOLUMES: tuple[tuple[str, str], ...] = (
    # damaged files
    (
        "{name} has axes that are not perpendicular; save it resampled to a grid whose axes are",
        "{name} 的坐标轴互不垂直；请重采样到坐标轴互相垂直的网格后保存",
    ),
    (
        "{name} has axes that are not those of its space; save it with two or three axes in space",
        "{name} 的坐标轴与其空间不符；请以二维或三维空间坐标轴保存",
    ),
    ("{name} is damaged or truncated and cannot be read as {names}", "{name} 已损坏或不完整，无法按 {names} 读取"),
    ("{name} is damaged: its MHA header does not end", "{name} 已损坏：MHA 文件头没有结尾"),
    ("{name} has {count} dimensions; one scan has two or three", "{name} 有 {count} 维；一次显像应为二维或三维"),
    ("{name} is damaged: its MHA header does not say how large it is", "{name} 已损坏：MHA 文件头未注明图像大小"),
    (
        "{name} keeps its pixels in a list of files; save it as a single .mha file",
        "{name} 的像素分存于多个文件；请保存为单个 .mha 文件",
    ),
    (
        "{name} holds its pixels as text, which is not read; save it as a binary .mha file",
        "{name} 以文本存储像素，无法读取；请保存为二进制 .mha 文件",
    ),
    (
        "{name} says that its values are to be rescaled (ElementToIntensityFunction), which is not done; save them "
        "rescaled",
        "{name} 注明其数值需要换算（ElementToIntensityFunction），本程序不作换算；请换算后保存",
    ),
    ("{name} is damaged: a field of its MHA header cannot be read", "{name} 已损坏：MHA 文件头中有字段无法读取"),
    ("{name} is damaged: {text} of its MHA header cannot be read", "{name} 已损坏：MHA 文件头中的 {text} 无法读取"),
    ("{name} is damaged: its NRRD header does not end", "{name} 已损坏：NRRD 文件头没有结尾"),
    ("{name} is damaged: a field of its NRRD header cannot be read", "{name} 已损坏：NRRD 文件头中有字段无法读取"),
    ("{name} is damaged: its NRRD header does not say how large it is", "{name} 已损坏：NRRD 文件头未注明图像大小"),
    (
        "{name} is damaged: its NRRD header has {count} {text} for {axes} axes",
        "{name} 已损坏：NRRD 文件头有 {axes} 个轴，却有 {count} 个 {text}",
    ),
    (
        "{name} is compressed by {text}, which is not read; save it with gzip or without",
        "{name} 采用 {text} 压缩，无法读取；请用 gzip 压缩或不压缩保存",
    ),
    (
        "{name} does not say the byte order of its pixels (endian: little or big)",
        "{name} 未注明像素的字节顺序（endian: little 或 big）",
    ),
    (
        "{name} keeps its pixels in another file, which is not beside it; give both",
        "{name} 的像素存于另一个文件，而该文件不在旁边；请同时给出两个文件",
    ),
    (
        "{name} is truncated or damaged: its compressed data break off",
        "{name} 不完整或已损坏：压缩数据中断",
    ),
    (
        "{name} does not say how long its compressed pixels are (CompressedDataSize)",
        "{name} 未注明压缩像素的长度（CompressedDataSize）",
    ),
    (
        "{name} is truncated or damaged: its compressed pixels are not those of its size",
        "{name} 不完整或已损坏：压缩像素与图像大小不符",
    ),
    ("{name} is damaged: its compressed pixels cannot be unpacked", "{name} 已损坏：压缩像素无法解压"),
    (
        "{name} is damaged: its NIfTI header has pixels of {bits} bits",
        "{name} 已损坏：NIfTI 文件头注明像素为 {bits} 位",
    ),
    (
        "{name} is a NIfTI header whose pixels are in another file; save it as a single .nii file",
        "{name} 是 NIfTI 文件头，像素在另一个文件中；请保存为单个 .nii 文件",
    ),
    # planar views in a volume file
    (
        "{name} is a colour picture or has {count} values per pixel; counts are needed",
        "{name} 是彩色图片，或每像素有 {count} 个值；需要计数图像",
    ),
    (
        "{name} has {count} dimensions; one or two planar views are needed",
        "{name} 有 {count} 维；需要一个或两个平面体位",
    ),
    (
        "{name} is a volume of {text} voxels; one or two planar views are needed",
        "{name} 是 {text} 体素的体数据；需要一个或两个平面体位",
    ),
    (
        "The columns were turned so that the patient's right comes first.",
        "已翻转各列，使患者右侧在前。",
    ),
    (
        "The file's axes are not the body's: its first row was taken as the head, its columns as acquired.",
        "文件的坐标轴与人体不符：首行按头侧处理，列按采集顺序处理。",
    ),
    (
        "{name} holds two views; --view is for a file with a single view",
        "{name} 含两个体位；指定体位（--view）只适用于单一体位的文件",
    ),
    (
        "{name} holds two slices and does not say which view each is; save each view as a file named with ant or post, "
        "or add the key views with 'anterior posterior' in the slices' order",
        "{name} 含两层，但未注明各层的体位；请将各体位分别保存为文件名含 ant 或 post 的文件，或按层的顺序添加键 views，"
        "值为 'anterior posterior'",
    ),
    (
        "{name} has {count} slices, and its key {text} does not name one view for each",
        "{name} 有 {count} 层，而其键 {text} 没有为每层注明一个体位",
    ),
    (
        "The view was taken to be anterior by the direction of its columns; --view says otherwise.",
        "根据列的方向判定为前位；若有误，请在“模型与设置”的“体位”中更改（--view）。",
    ),
    (
        "By the file's axes the posterior view is mirrored: its first column is the patient's right. "
        "--no-flip-posterior says otherwise.",
        "根据文件的坐标轴，后位图像已镜像：首列为患者右侧；若有误，请在“后位导出方式”中更改（--no-flip-posterior）。",
    ),
    # SPECT in a volume file
    (
        "The file does not say how its axes lie in the body: columns were taken to run to the patient's left, rows to "
        "the back, slices to the head; check left and right.",
        "文件未注明坐标轴在体内的方向：按列向患者左侧、行向背侧、层向头侧处理；请核对左右。",
    ),
    (
        "The voxels are 1 mm wide, high and thick, which such files also say where it is not known: check the size.",
        "体素各方向均为 1 mm，大小未知的文件也常如此注明：请核对体素大小。",
    ),
    ("counts, since the file does not say what its values are", "计数（文件未注明其数值的含义）"),
    (
        "{name} is a colour picture or has {count} values per voxel; counts are needed",
        "{name} 是彩色图片，或每体素有 {count} 个值；需要计数图像",
    ),
    ("{name} holds {count} volumes; one SPECT volume is needed", "{name} 含 {count} 个体数据；需要一个 SPECT 断层图像"),
    ("{quantity} by a key in the file", "{quantity}（根据文件中的键）"),
    (
        "{name} does not say how far its voxels are apart (spacings or space directions)",
        "{name} 未注明体素间距（spacings 或 space directions）",
    ),
    (
        "{name} has {text} voxels; a SPECT volume has {least} to {most} along each axis and at most {millions} million",
        "{name} 为 {text} 体素；SPECT 断层图像每个方向应有 {least} 到 {most} 个体素，总数不超过 {millions} 百万",
    ),
    (
        "{name} has voxels of {text} mm; a SPECT volume has voxels of {least} to {most} mm",
        "{name} 的体素为 {text} mm；SPECT 断层图像的体素应为 {least} 到 {most} mm",
    ),
    (
        "{name} is {length} mm long with voxels of {text} mm, longer than any patient",
        "{name} 长 {length} mm（体素 {text} mm），超过任何患者的身长",
    ),
    ("{name} holds voxels that are not numbers (NaN or infinite)", "{name} 含有非数值体素（NaN 或无穷大）"),
    ("{name} shows nothing: every voxel has the same value", "{name} 无内容：所有体素的值相同"),
    (
        "{name} holds more below zero than above, so it is no emission image (a CT?)",
        "{name} 中负值多于正值，因此不是发射图像（是 CT 吗？）",
    ),
    (
        "Some voxels are below zero ({share} of the sum), as filtered back-projection leaves them.",
        "部分体素为负值（占总和的 {share}），滤波反投影会产生这种情况。",
    ),
    # SPECT in DICOM
    (
        "{name} are {count} files; a SPECT series has at most {most}",
        "{name} 共 {count} 个文件；SPECT 序列最多 {most} 个",
    ),
    ("{name} is no bone scan: its modality is {said}", "{name} 不是骨显像：其模态为 {said}"),
    (
        "{name} is a gated SPECT volume; a bone scan's volume is not gated",
        "{name} 是门控 SPECT 断层图像；骨显像的断层图像不应为门控",
    ),
    (
        "{name} is no reconstructed SPECT volume: its Image Type is another",
        "{name} 不是重建的 SPECT 断层图像：其 Image Type 为其他类型",
    ),
    (
        "{name} is a single slice of a SPECT volume; give all files of its series",
        "{name} 只是 SPECT 断层图像的一层；请给出该序列的所有文件",
    ),
    ("{name} hold slices of different quantities ({text})", "{name} 中各层的物理量不同（{text}）"),
    ("{count} files repeat a slice that was read already.", "{count} 个文件与已读取的层重复。"),
    (
        "{name} is a volume by itself; give one volume, or the slices of one",
        "{name} 本身就是一个体数据；请给出一个体数据，或同一体数据的各层",
    ),
    ("{name} is of another patient than the files given with it", "{name} 与同时给出的文件属于不同患者"),
    ("{name} is of another series than the files given with it", "{name} 与同时给出的文件属于不同序列"),
    (
        "{name} has {columns} columns x {rows} rows, other slices another size",
        "{name} 为 {columns} 列 x {rows} 行，其他层的大小不同",
    ),
    (
        "{name} are {count} slices, but the files say that the volume has {said}",
        "{name} 共 {count} 层，但文件注明断层图像有 {said} 层",
    ),
    (
        "The files say that the acquisition has {said} images: check that all {count} slices are here.",
        "文件注明采集有 {said} 幅图像：请核对全部层是否齐全（现有 {count} 层）。",
    ),
    ("The image went through lossy compression: its values are approximate.", "图像经过有损压缩：其数值为近似值。"),
    # where slices lie
    (
        "Spacing Between Slices is missing: the slices were taken to follow each other without gap, {mm} mm apart "
        "(Slice Thickness), along the normal of the first; check head and feet.",
        "缺少 Spacing Between Slices：按各层无间隙、沿第一层的法线方向相距 {mm} mm（Slice Thickness）处理；"
        "请核对头足方向。",
    ),
    (
        "{name} does not say how its slices lie in the patient (Image Orientation is missing)",
        "{name} 未注明各层在患者体内的方位（缺少 Image Orientation）",
    ),
    (
        "{name} has an Image Orientation that is no pair of perpendicular directions",
        "{name} 的 Image Orientation 不是一对互相垂直的方向",
    ),
    (
        "{name} does not say how large a pixel is (Pixel Spacing is missing)",
        "{name} 未注明像素大小（缺少 Pixel Spacing）",
    ),
    ("{name} has a damaged {text}: {count} numbers are needed", "{name} 的 {text} 已损坏：应有 {count} 个数值"),
    (
        "{name} says its {text} twice and differently, so how its slices lie is not known",
        "{name} 中 {text} 出现两次且不一致，无法确定各层的方位",
    ),
    (
        "The first image is slice {number}, not slice 1; the file's position was taken to be that image's.",
        "第一幅图像是第 {number} 层而不是第 1 层；文件中的位置按该图像的位置处理。",
    ),
    (
        "The file does not say where its slices lie: the volume's centre was put at 0, 0, 0.",
        "文件未注明各层的位置：断层图像的中心置于 0, 0, 0。",
    ),
    (
        "{name} holds {count} images, but its Slice Vector does not number {frames} slices",
        "{name} 含 {count} 幅图像，但其 Slice Vector 没有为 {frames} 层编号",
    ),
    ("{name} says it has {said} slices, but it holds {count} images", "{name} 声称有 {said} 层，但含 {count} 幅图像"),
    (
        "{name} holds slices of several {what}; export the volume of one alone",
        "{name} 含有多个{what}的层；请只导出其中一个",
    ),
    (
        "{name} does not say how far its slices are apart (Spacing Between Slices is missing)",
        "{name} 未注明层间距（缺少 Spacing Between Slices）",
    ),
    (
        "{name} holds a slice that does not say where it lies (Image Position is missing)",
        "{name} 中有一层未注明位置（缺少 Image Position）",
    ),
    (
        "{name} holds slices that lie differently or have pixels of different sizes",
        "{name} 中各层的方位或像素大小不一致",
    ),
    (
        "{name} holds two different slices at one position; give the files of one volume",
        "{name} 在同一位置有两个不同的层；请给出同一体数据的文件",
    ),
    (
        "{name} lacks slices: after slice {number} of {count} the next is {mm} mm away, elsewhere {usual} mm",
        "{name} 缺层：{count} 层中第 {number} 层之后的间距为 {mm} mm，其他处为 {usual} mm",
    ),
    (
        "{name} holds slices that are shifted against each other, which is no volume of voxels",
        "{name} 中各层相互错位，不构成体数据",
    ),
    ("energy windows", "能窗"),
    ("time slices", "时间段"),
    # what the values are
    (
        "counts, since the file has no Real World Value Mapping to Bq/ml",
        "计数（文件没有换算为 Bq/ml 的 Real World Value Mapping）",
    ),
    ("SUV by body weight", "按体重计算的 SUV"),
    ("Bq/ml by the file's Units", "Bq/ml（根据文件的 Units）"),
    ("SUV by body weight by the file's Units", "按体重计算的 SUV（根据文件的 Units）"),
    (
        "The file's SUV is of type {text}, not by body weight; its values were taken as counts.",
        "文件的 SUV 类型为 {text}，不是按体重计算；其数值按计数处理。",
    ),
    ("The file's Units are {text}; its values were taken as counts.", "文件的 Units 为 {text}；其数值按计数处理。"),
    (
        "A Real World Value Mapping to {text} was not used: its unit is not known.",
        "未采用换算为 {text} 的 Real World Value Mapping：其单位未知。",
    ),
    (
        "The Real World Value Mapping to {text} was not used: it has no slope.",
        "未采用换算为 {text} 的 Real World Value Mapping：缺少斜率。",
    ),
    (
        "The Real World Value Mapping to {text} was not used: it does not cover all stored values.",
        "未采用换算为 {text} 的 Real World Value Mapping：未覆盖全部存储值。",
    ),
    ("{quantity} by the file's Real World Value Mapping", "{quantity}（根据文件的 Real World Value Mapping）"),
    ("{name} holds {reason}, but --quantity says {text}", "{name} 的数值为{reason}，但 --quantity 指定为 {text}"),
    ("{quantity} as given by --quantity", "{quantity}（由 --quantity 指定）"),
    ("{reason}; not SUV, because {why}", "{reason}；未换算为 SUV，因为{why}"),
    (
        "the volume would hold {activity} MBq, more than the {dose} MBq that were left of the dose",
        "断层图像内的活度将达 {activity} MBq，超过剩余剂量 {dose} MBq",
    ),
    ("the file describes {count} administered doses", "文件中有 {count} 次给药记录"),
    ("the patient's weight is missing", "缺少患者体重"),
    ("the patient's weight of {kg} kg cannot be right", "患者体重 {kg} kg 不合理"),
    (
        "SUV by body weight ({kg} kg) from Bq/ml, dose {dose} MBq {decay}; {reason}",
        "由 Bq/ml 按体重（{kg} kg）换算的 SUV，剂量 {dose} MBq，{decay}；{reason}",
    ),
    (
        "SUV by body weight ({kg} kg) from Bq/ml, dose {dose} MBq {decay}",
        "由 Bq/ml 按体重（{kg} kg）换算的 SUV，剂量 {dose} MBq，{decay}",
    ),
    ("without decay, since the voxels refer to its administration", "未作衰变校正，因为体素值对应给药时刻"),
    ("decayed over {hours} h with a half-life of {half_life} h", "按半衰期 {half_life} h 衰变 {hours} h"),
    (
        "The file does not say when it was acquired: the dose was decayed to the time of the series; check SUV.",
        "文件未注明采集时间：剂量按序列时间作衰变校正；请核对 SUV。",
    ),
    (
        "The dose of {dose} was taken as Bq, {mbq} MBq: as MBq, DICOM's unit here, it cannot be right.",
        "剂量 {dose} 按 Bq 处理，即 {mbq} MBq：若按 DICOM 规定的 MBq 则不合理。",
    ),
    ("the administered dose of {dose} MBq cannot be right", "给药剂量 {dose} MBq 不合理"),
    ("the administered dose is missing", "缺少给药剂量"),
    (
        "The file's half-life of {seconds} s is not that of Tc-99m, whose 6.01 h were used.",
        "文件的半衰期 {seconds} s 不是 Tc-99m 的半衰期；采用 6.01 h。",
    ),
    ("neither the nuclide nor its half-life is said", "未注明核素及其半衰期"),
    ("the half-life of {seconds} s cannot be right", "半衰期 {seconds} s 不合理"),
    ("the time of injection is missing", "缺少注射时间"),
    ("the time of acquisition is missing", "缺少采集时间"),
    ("the time of injection is after that of acquisition", "注射时间晚于采集时间"),
    (
        "the injection was {hours} h before the acquisition, which cannot be right",
        "注射比采集早 {hours} h，不合理",
    ),
)
