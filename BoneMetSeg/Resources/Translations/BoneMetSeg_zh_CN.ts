<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>BoneMetSeg</name>
    <message>
        <source>A click centres both scans on a lesion; colours as in the views</source>
        <translation>单击使两次显像以该病灶为中心；颜色与视图一致</translation>
    </message>
    <message>
        <source>A click centres the views on a hot spot; double-click class, region, side or level to change it</source>
        <translation>单击使视图以该浓聚灶为中心；双击性质、部位、侧别或节段可更改</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>采纳</translation>
    </message>
    <message>
        <source>Add an earlier case from the folder it was saved to</source>
        <translation>从保存的文件夹添加较早的病例</translation>
    </message>
    <message>
        <source>Add another case of this scene</source>
        <translation>添加本场景中的另一病例</translation>
    </message>
    <message>
        <source>Add case folder...</source>
        <translation>添加病例文件夹...</translation>
    </message>
    <message>
        <source>Add from the scene</source>
        <translation>从场景添加</translation>
    </message>
    <message>
        <source>Another model, the device, and what a scan does not say itself</source>
        <translation>其他模型、计算设备，以及图像本身未注明的内容</translation>
    </message>
    <message>
        <source>Bone Scan Index and lesions over time, in a window</source>
        <translation>在窗口中显示骨显像指数和病灶随时间的变化</translation>
    </message>
    <message>
        <source>Burden by region</source>
        <translation>各部位病灶负荷</translation>
    </message>
    <message>
        <source>Choose a scan first</source>
        <translation>请先选择骨显像</translation>
    </message>
    <message>
        <source>Close comparison</source>
        <translation>关闭对比</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Compare with a prior</source>
        <translation>与既往显像对比</translation>
    </message>
    <message>
        <source>Count the selected hot spot as a metastasis (key A)</source>
        <translation>将所选浓聚灶计为转移（A 键）</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>计算设备：</translation>
    </message>
    <message>
        <source>Do not count the selected hot spot (key X)</source>
        <translation>不计入所选浓聚灶（X 键）</translation>
    </message>
    <message>
        <source>Draw the surfaces of the volume's hot spots in the 3-D view, voxel by voxel, not smoothed</source>
        <translation>在三维视图中绘制断层图像浓聚灶的表面，逐体素，不做平滑</translation>
    </message>
    <message>
        <source>Earlier case:</source>
        <translation>以前的病例：</translation>
    </message>
    <message>
        <source>Edit outlines</source>
        <translation>编辑轮廓</translation>
    </message>
    <message>
        <source>Edit the segments of a view in the Segment Editor</source>
        <translation>在分割编辑器（Segment Editor）中编辑某一体位的分割</translation>
    </message>
    <message>
        <source>Find what became of each lesion since the earlier scans</source>
        <translation>找出各病灶自较早显像以来的变化</translation>
    </message>
    <message>
        <source>Finds, labels and measures metastases in planar bone scans, guided by the diagnostic report (Chinese or English). For research use only, not for diagnosis or treatment. The bundled model is trained on simulated scans. See the documentation at {url}.</source>
        <translation type="vanished">结合诊断报告（中文或英文），在平面骨显像中查找、标注并测量骨转移灶。仅供研究使用，不得用于诊断或治疗。自带模型以模拟图像训练。文档见 {url}。</translation>
    </message>
    <message>
        <source>Finds, labels and measures metastases in planar whole-body bone scans, and in SPECT volumes where a model for them is there; the diagnostic report (Chinese or English) guides it, at once or later. Choose the scan and its report, press Segment, and review the table: A accepts, X rejects, N and P go to the next and the previous hot spot. For research use only, not for diagnosis or treatment: the bundled models are trained on simulated scans and reports, how they do on patients is not known. Tutorial, troubleshooting and scripting: {url}.</source>
        <translation>在平面全身骨显像中（有相应模型时也在 SPECT 断层图像中）查找、标注并测量骨转移灶；诊断报告（中文或英文）可立即或稍后提供，用于引导分析。选择骨显像和报告，点击“分割”，然后审阅表格：A 采纳，X 排除，N 和 P 转到下一个和上一个浓聚灶。仅供研究使用，不得用于诊断或治疗：自带模型以模拟图像和模拟报告训练，用于患者的效果未知。教程、疑难解答和脚本说明：{url}。</translation>
    </message>
    <message>
        <source>Finds, labels and measures metastases in planar whole-body bone scans; the diagnostic report (Chinese or English) guides it, at once or later. Choose the scan and its report, press Segment, and review the table: A accepts, X rejects, N and P go to the next and the previous hot spot. For research use only, not for diagnosis or treatment: the bundled model is trained on simulated scans and reports, how it does on patients is not known. Tutorial, troubleshooting and scripting: {url}.</source>
        <translation type="vanished">在平面全身骨显像中查找、标注并测量骨转移灶；诊断报告（中文或英文）可立即或稍后提供，用于引导分析。选择骨显像和报告，点击“分割”，然后审阅表格：A 采纳，X 排除，N 和 P 转到下一个和上一个浓聚灶。仅供研究使用，不得用于诊断或治疗：自带模型以模拟图像和模拟报告训练，用于患者的效果未知。教程、疑难解答和脚本说明：{url}。</translation>
    </message>
    <message>
        <source>Folder of wheels:</source>
        <translation>安装包文件夹：</translation>
    </message>
    <message>
        <source>For research use only. Not for diagnosis or treatment.</source>
        <translation>仅供研究使用，不得用于诊断或治疗。</translation>
    </message>
    <message>
        <source>From study</source>
        <translation>取自检查</translation>
    </message>
    <message>
        <source>How far the segmentation is</source>
        <translation>分割的进度</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Keys: A accept, X reject, N next, P previous, I intensity, Ctrl+Z undo, Ctrl+Y redo. Double-click a cell with an arrow to change it.</source>
        <translation>快捷键：A 采纳，X 排除，N 下一个，P 上一个，I 灰阶，Ctrl+Z 撤销，Ctrl+Y 重做。双击带箭头的单元格可更改。</translation>
    </message>
    <message>
        <source>Link views</source>
        <translation>联动体位</translation>
    </message>
    <message>
        <source>List bladder, kidneys, injection site and other normal uptake too, and draw it</source>
        <translation>同时列出并绘制膀胱、肾脏、注射点及其他正常摄取</translation>
    </message>
    <message>
        <source>Load case folder...</source>
        <translation>载入病例文件夹…</translation>
    </message>
    <message>
        <source>Measure again after outlines were edited, added or deleted</source>
        <translation>轮廓被编辑、新增或删除后重新测量</translation>
    </message>
    <message>
        <source>Model and settings</source>
        <translation>模型与设置</translation>
    </message>
    <message>
        <source>Model folder:</source>
        <translation>模型文件夹：</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>Open a folder that was saved here or written by "bonemetseg segment"</source>
        <translation>打开在此保存的、或由“bonemetseg segment”写出的文件夹</translation>
    </message>
    <message>
        <source>Open file...</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Other view:</source>
        <translation>另一体位：</translation>
    </message>
    <message>
        <source>Paste...</source>
        <translation>粘贴…</translation>
    </message>
    <message>
        <source>Posterior export:</source>
        <translation>后位导出方式：</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>上一个</translation>
    </message>
    <message>
        <source>Python packages for computers without internet, downloaded elsewhere</source>
        <translation>供无网络的计算机使用：在别处下载的 Python 安装包（wheel）</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>图像质量</translation>
    </message>
    <message>
        <source>Read the report from a text, Word, PDF, DICOM SR, HL7, CSV, RTF or HTML file</source>
        <translation>从文本、Word、PDF、DICOM SR、HL7、CSV、RTF 或 HTML 文件读取报告</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>排除</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Report:</source>
        <translation>报告：</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Saturated</source>
        <translation>饱和显示</translation>
    </message>
    <message>
        <source>Save case folder...</source>
        <translation>保存病例文件夹…</translation>
    </message>
    <message>
        <source>Save comparison...</source>
        <translation>保存对比...</translation>
    </message>
    <message>
        <source>Scan:</source>
        <translation>骨显像：</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Select the hot spot above (key P)</source>
        <translation>选择上一个浓聚灶（P 键）</translation>
    </message>
    <message>
        <source>Select the hot spot below (key N)</source>
        <translation>选择下一个浓聚灶（N 键）</translation>
    </message>
    <message>
        <source>Show in 3-D</source>
        <translation>三维显示</translation>
    </message>
    <message>
        <source>Show more counts black, to see faint foci; again for the normal scale (key I)</source>
        <translation>使更多计数显示为黑色，便于观察较淡的病灶；再按一次恢复正常灰阶（I 键）</translation>
    </message>
    <message>
        <source>Show physiological</source>
        <translation>显示生理性摄取</translation>
    </message>
    <message>
        <source>Show the case as before; nothing of the comparison stays in the scene</source>
        <translation>恢复病例原来的显示；对比不在场景中留下任何内容</translation>
    </message>
    <message>
        <source>Side by side with:</source>
        <translation>并排显示：</translation>
    </message>
    <message>
        <source>Skeletal mass after Spiers; simulated training data; the method goes beyond a published dual-path network.</source>
        <translation>骨骼质量取自 Spiers；训练数据为模拟数据；方法在已发表的双路径网络基础上有所发展。</translation>
    </message>
    <message>
        <source>Such as 2024-05-01; with it, and a scan before it, there is a category by PCWG3. Empty: none</source>
        <translation>如 2024-05-01；给出后且有此前的显像时给出 PCWG3 分类。留空则不分类</translation>
    </message>
    <message>
        <source>Take the DICOM report (Structured Report or PDF) of the scan's study</source>
        <translation>使用该检查中的 DICOM 报告（结构化报告或 PDF）</translation>
    </message>
    <message>
        <source>Take the selected case from the list</source>
        <translation>从列表中移除所选病例</translation>
    </message>
    <message>
        <source>The bone scan: both views, the anterior view, or the only one</source>
        <translation>骨显像：含两个体位的图像、前位图像，或唯一的图像</translation>
    </message>
    <message>
        <source>The diagnostic report, in Chinese or English. It may be added later: the review is kept</source>
        <translation>诊断报告，中文或英文。可以稍后添加，审阅结果会保留</translation>
    </message>
    <message>
        <source>The earlier cases; their dates put them in order</source>
        <translation>较早的病例；按日期排序</translation>
    </message>
    <message>
        <source>The folder of another model (a bundle); empty for the bundled one</source>
        <translation>其他模型（bundle）的文件夹；留空则使用自带模型</translation>
    </message>
    <message>
        <source>The report held against what the image alone shows; only what both are sure of is called a contradiction</source>
        <translation>报告与仅凭图像所见的对照；仅在双方均确定时才称为矛盾</translation>
    </message>
    <message>
        <source>The report: faintly marked what a hot spot was linked to, strongly what belongs to the selected one, its place underlined; red what raised, blue what lowered a probability; orange what the image alone does not show, on orange what contradicts the selected one</source>
        <translation>报告：浅色标记为与热点对应的语句，高亮为所选热点的语句，其部位加下划线；红色表示概率升高，蓝色表示概率降低；橙色文字为仅凭图像未显示者，橙色底为与所选热点矛盾者</translation>
    </message>
    <message>
        <source>The report: underlined what a hot spot was linked to, marked what belongs to the selected one, its place in bold; red what raised, blue what lowered a probability; orange what the image alone does not show, on orange what contradicts the selected one</source>
        <translation type="vanished">报告：下划线为与热点对应的语句，高亮为所选热点的语句，其部位为粗体；红色表示概率升高，蓝色表示概率降低；橙色文字为仅凭图像未显示者，橙色底为与所选热点矛盾者</translation>
    </message>
    <message>
        <source>The report: underlined what a hot spot was linked to, marked what belongs to the selected one; red what raised, blue what lowered a probability</source>
        <translation type="vanished">报告：下划线为与浓聚灶对应的语句，底色为所选浓聚灶的语句；红色使概率升高，蓝色使概率降低</translation>
    </message>
    <message>
        <source>The scan and its report</source>
        <translation>骨显像及其报告</translation>
    </message>
    <message>
        <source>The scan that is shown beside the case</source>
        <translation>与该病例并排显示的显像</translation>
    </message>
    <message>
        <source>The second view, where each view is a volume of its own; found by itself for scans from the DICOM database</source>
        <translation>两个体位各为一个体数据时的第二个体位；来自 DICOM 数据库的图像会自动找到</translation>
    </message>
    <message>
        <source>The view of a single image that does not say it</source>
        <translation>单幅图像未注明体位时，在此指定</translation>
    </message>
    <message>
        <source>Timeline...</source>
        <translation>时间轴...</translation>
    </message>
    <message>
        <source>Treatment start:</source>
        <translation>治疗开始：</translation>
    </message>
    <message>
        <source>Type the report or paste it from another program</source>
        <translation>输入报告，或从其他程序粘贴</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Update measurements</source>
        <translation>更新测量</translation>
    </message>
    <message>
        <source>View:</source>
        <translation>体位：</translation>
    </message>
    <message>
        <source>What became of each lesion since earlier scans of this patient</source>
        <translation>自该患者较早显像以来各病灶的变化</translation>
    </message>
    <message>
        <source>What may make the measurements less sure</source>
        <translation>可能影响测量可靠性的情况</translation>
    </message>
    <message>
        <source>What the accepted metastases add up to, in total and by region, with intervals</source>
        <translation>已采纳的转移灶的合计值，按全身和部位列出，附区间</translation>
    </message>
    <message>
        <source>What was found, and its review</source>
        <translation>发现的浓聚灶及其审阅</translation>
    </message>
    <message>
        <source>Where the network runs; the result names it</source>
        <translation>网络运行所用的设备；结果中会注明</translation>
    </message>
    <message>
        <source>Whether the export mirrored the posterior view, so that the patient's right is at its first column</source>
        <translation>后位图像导出时是否被镜像（镜像后首列为患者右侧）</translation>
    </message>
    <message>
        <source>Write segmentations, table and result.json to a folder</source>
        <translation>将分割、表格和 result.json 写入文件夹</translation>
    </message>
    <message>
        <source>Write the table, the timeline and the scans side by side to a folder</source>
        <translation>将表格、时间轴和并排显像写入文件夹</translation>
    </message>
    <message>
        <source>Written beside what you change; empty for "reader"</source>
        <translation>记录在您所作更改的旁边；留空则记为“reader”</translation>
    </message>
    <message>
        <source>Your name:</source>
        <translation>您的姓名：</translation>
    </message>
    <message>
        <source>Zoom and move both views together</source>
        <translation>两个体位同步缩放和移动</translation>
    </message>
    <message>
        <source>reader</source>
        <translation>reader</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.burden_table</name>
    <message>
        <source>Area anterior (mm²)</source>
        <translation>前位面积 (mm²)</translation>
    </message>
    <message>
        <source>Area posterior (mm²)</source>
        <translation>后位面积 (mm²)</translation>
    </message>
    <message>
        <source>BSI (%)</source>
        <translation>骨显像指数 (%)</translation>
    </message>
    <message>
        <source>BSI calibrated (%)</source>
        <translation>骨显像指数（校准）(%)</translation>
    </message>
    <message>
        <source>Bone Scan Index: {weights}; {rule}.</source>
        <translation>骨显像指数：{weights}；{rule}。</translation>
    </message>
    <message>
        <source>Calibrated to simulated patients, version {version}.</source>
        <translation>按模拟患者校准，版本 {version}。</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>计数</translation>
    </message>
    <message>
        <source>Extent of disease</source>
        <translation>病变范围分级</translation>
    </message>
    <message>
        <source>In brackets: {percent} % intervals from the model's probabilities and counting statistics.</source>
        <translation>括号内为 {percent} % 区间，由模型概率和计数统计得出。</translation>
    </message>
    <message>
        <source>Lesions</source>
        <translation>病灶数</translation>
    </message>
    <message>
        <source>Maximum ({units})</source>
        <translation>最大值 ({units})</translation>
    </message>
    <message>
        <source>Mean ({units})</source>
        <translation>平均值 ({units})</translation>
    </message>
    <message>
        <source>Peak ({units})</source>
        <translation>峰值 ({units})</translation>
    </message>
    <message>
        <source>Positive area (%)</source>
        <translation>阳性面积 (%)</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比值</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>部位</translation>
    </message>
    <message>
        <source>This model has no calibration: only the raw index is given.</source>
        <translation>此模型没有校准：仅给出原始指数。</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Total uptake ({units})</source>
        <translation>总摄取 ({units})</translation>
    </message>
    <message>
        <source>Volume (ml)</source>
        <translation>体积 (ml)</translation>
    </message>
    <message>
        <source>counts</source>
        <translation>计数</translation>
    </message>
    <message>
        <source>view rule {name}</source>
        <translation>体位合并规则：{name}</translation>
    </message>
    <message>
        <source>{side} {region}</source>
        <translation>{side}侧{region}</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.choices</name>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>GPU (CUDA)</source>
        <translation>GPU (CUDA)</translation>
    </message>
    <message>
        <source>anterior</source>
        <translation>前位</translation>
    </message>
    <message>
        <source>as acquired: the patient's left comes first</source>
        <translation>与采集一致：首列为患者左侧</translation>
    </message>
    <message>
        <source>as the scan says</source>
        <translation>以图像所注为准</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>mirrored: the patient's right comes first</source>
        <translation>已镜像：首列为患者右侧</translation>
    </message>
    <message>
        <source>posterior</source>
        <translation>后位</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.comparison_section</name>
    <message>
        <source>Add an earlier case first</source>
        <translation>请先添加较早的病例</translation>
    </message>
    <message>
        <source>Find what became of each lesion since the earlier scans</source>
        <translation>找出各病灶自较早显像以来的变化</translation>
    </message>
    <message>
        <source>Not all of these scans have a date. Are they listed in the order of time, the case shown being the last? New lesions are listed then, without a category.</source>
        <translation>这些显像并非都有日期。列表是否按时间先后排列，且当前病例为最后一次？是则列出新发病灶，但不作分类。</translation>
    </message>
    <message>
        <source>Save the comparison to a new or empty folder</source>
        <translation>将对比保存到新的或空的文件夹</translation>
    </message>
    <message>
        <source>The comparison is saved to {folder}.</source>
        <translation>对比已保存到 {folder}。</translation>
    </message>
    <message>
        <source>The pictures of a comparison need a Python package:</source>
        <translation>对比的图片需要一个 Python 包：</translation>
    </message>
    <message>
        <source>The review went on since: press Compare again.</source>
        <translation>此后审阅有更改：请再次按“对比”。</translation>
    </message>
    <message>
        <source>These cases do not all say whose they are (de-identified, or no patient ID). Are they of one patient?</source>
        <translation>这些病例并非都说明属于谁（已去标识或无患者号）。它们属于同一患者吗？</translation>
    </message>
    <message>
        <source>This is a SPECT volume; only planar scans are compared</source>
        <translation>这是 SPECT 断层图像；只能对比平面显像</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间轴</translation>
    </message>
    <message>
        <source>Treatment start: {text} is no date; write it as 2024-05-01.</source>
        <translation>治疗开始：{text} 不是日期；请写成 2024-05-01。</translation>
    </message>
    <message>
        <source>What became of each lesion since earlier scans of this patient</source>
        <translation>自该患者较早显像以来各病灶的变化</translation>
    </message>
    <message>
        <source>the case shown</source>
        <translation>当前病例</translation>
    </message>
    <message>
        <source>{folder} holds a comparison already. Replace it?</source>
        <translation>{folder} 中已有对比。是否替换？</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.comparison_table</name>
    <message>
        <source>No.</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>部位</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.comparison_words</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>A hot spot is there that is no accepted metastasis, now or before; settle it in the review</source>
        <translation>该处的浓聚灶现在或此前不是已采纳的转移灶；请在审阅中判定</translation>
    </message>
    <message>
        <source>As before, within what repeat scans of the same disease differ by</source>
        <translation>与此前相同，差异在同一病情重复显像的范围内</translation>
    </message>
    <message>
        <source>Gone, though the scan shows its place</source>
        <translation>已消失，而该显像包括其部位</translation>
    </message>
    <message>
        <source>Its place lies outside of this scan's field</source>
        <translation>其部位在该显像的视野之外</translation>
    </message>
    <message>
        <source>Larger by more than repeat scans of the same disease differ</source>
        <translation>增大超出同一病情重复显像的差异</translation>
    </message>
    <message>
        <source>No hot spot, but uptake at its place: neither new nor resolved by this scan</source>
        <translation>无浓聚灶但其部位有摄取：据此既不算新发也不算消退</translation>
    </message>
    <message>
        <source>Not there yet</source>
        <translation>尚未出现</translation>
    </message>
    <message>
        <source>PCWG3 {scan}: {category}: {reason}.</source>
        <translation>PCWG3 {scan}：{category}：{reason}。</translation>
    </message>
    <message>
        <source>Smaller by more than repeat scans of the same disease differ</source>
        <translation>缩小超出同一病情重复显像的差异</translation>
    </message>
    <message>
        <source>There again after it was gone</source>
        <translation>消失后再次出现</translation>
    </message>
    <message>
        <source>There at the first scan that can say nothing of before</source>
        <translation>首次显像所见，此前情况未知</translation>
    </message>
    <message>
        <source>There now, and nothing at its place before</source>
        <translation>现在有，此前其部位无异常</translation>
    </message>
    <message>
        <source>There now; before, its place had uptake that was no hot spot: not counted as new</source>
        <translation>现在有；此前其部位有摄取但未成浓聚灶：不算新发</translation>
    </message>
    <message>
        <source>cooler</source>
        <translation>摄取减低</translation>
    </message>
    <message>
        <source>faint before</source>
        <translation>此前摄取轻微</translation>
    </message>
    <message>
        <source>faint uptake</source>
        <translation>摄取轻微</translation>
    </message>
    <message>
        <source>grown</source>
        <translation>增大</translation>
    </message>
    <message>
        <source>higher</source>
        <translation>升高</translation>
    </message>
    <message>
        <source>hotter</source>
        <translation>摄取增高</translation>
    </message>
    <message>
        <source>lower</source>
        <translation>降低</translation>
    </message>
    <message>
        <source>merged</source>
        <translation>融合</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新发</translation>
    </message>
    <message>
        <source>no change beyond repeatability</source>
        <translation>变化未超出重复性范围</translation>
    </message>
    <message>
        <source>no lesion</source>
        <translation>未见病灶</translation>
    </message>
    <message>
        <source>of another nature</source>
        <translation>性质不同</translation>
    </message>
    <message>
        <source>outside the field</source>
        <translation>视野之外</translation>
    </message>
    <message>
        <source>present</source>
        <translation>存在</translation>
    </message>
    <message>
        <source>resolved</source>
        <translation>消退</translation>
    </message>
    <message>
        <source>returned</source>
        <translation>复现</translation>
    </message>
    <message>
        <source>shrunk</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>split</source>
        <translation>分裂</translation>
    </message>
    <message>
        <source>stable</source>
        <translation>稳定</translation>
    </message>
    <message>
        <source>{now} against {before}: Bone Scan Index {change} % (95 % interval {low} to {high}): {verdict}.</source>
        <translation>{now} 对照 {before}：骨显像指数 {change} %（95 % 区间 {low} 至 {high}）：{verdict}。</translation>
    </message>
    <message>
        <source>{now} against {before}: the change of the Bone Scan Index is not known.</source>
        <translation>{now} 对照 {before}：骨显像指数的变化未知。</translation>
    </message>
    <message>
        <source>{now} against {before}: {lesions}. Research use only.</source>
        <translation>{now} 对照 {before}：{lesions}。仅供研究使用。</translation>
    </message>
    <message>
        <source>{n} {state}</source>
        <translation>{state} {n}</translation>
    </message>
    <message>
        <source>{scan}, day {n}</source>
        <translation>{scan}，第 {n} 天</translation>
    </message>
    <message>
        <source>{scan}, {n} days before treatment</source>
        <translation>{scan}，治疗前 {n} 天</translation>
    </message>
    <message>
        <source>{scan}, {n} days on treatment</source>
        <translation>{scan}，治疗后 {n} 天</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.concordance_words</name>
    <message>
        <source>... and {n} more</source>
        <translation>……另有 {n} 条</translation>
    </message>
    <message>
        <source>Report and image: {linked} hot spots told, {silent} not told, {n} contradictions.</source>
        <translation>报告与图像：{linked} 个热点有对应语句，{silent} 个未提及，{n} 处矛盾。</translation>
    </message>
    <message>
        <source>The image alone shows a metastasis here, and no phrase of the report speaks of it.</source>
        <translation>仅凭图像此处考虑转移，而报告未提及。</translation>
    </message>
    <message>
        <source>Told, and not shown by the image alone: {place} ({status}).</source>
        <translation>报告提及而仅凭图像未显示：{place}（{status}）。</translation>
    </message>
    <message>
        <source>benign</source>
        <translation>良性</translation>
    </message>
    <message>
        <source>denied</source>
        <translation>报告否认</translation>
    </message>
    <message>
        <source>metastasis</source>
        <translation>转移</translation>
    </message>
    <message>
        <source>nature open</source>
        <translation>性质待定</translation>
    </message>
    <message>
        <source>not in the report</source>
        <translation>报告未提及</translation>
    </message>
    <message>
        <source>other level</source>
        <translation>节段不符</translation>
    </message>
    <message>
        <source>other nature</source>
        <translation>性质不符</translation>
    </message>
    <message>
        <source>other side</source>
        <translation>侧别不符</translation>
    </message>
    <message>
        <source>uptake</source>
        <translation>摄取增高</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.dependencies</name>
    <message>
        <source>PyTorch is installed by the extension PyTorch: install it in the Extensions Manager, save the scene, restart Slicer, open the scene and press Segment again; the choices are in the scene.</source>
        <translation>PyTorch 由 PyTorch 扩展安装：请在扩展管理器中安装该扩展，保存场景，重启 Slicer，打开场景后再次点击“分割”；已作的选择保存在场景中。</translation>
    </message>
    <message>
        <source>Segmentation needs Python packages that are not installed yet:</source>
        <translation>分割需要以下尚未安装的 Python 软件包：</translation>
    </message>
    <message>
        <source>The Python packages could not be installed: {reason}

Check the internet connection and the proxy, or download the wheels on another computer and choose their folder under Model and settings. The log (View &gt; Error Log) has the details.</source>
        <translation>Python 软件包未能安装：{reason}

请检查网络连接和代理设置，或在另一台计算机上下载安装包（wheel），并在“模型与设置”中选择其文件夹。详情见日志（视图 &gt; 错误日志）。</translation>
    </message>
    <message>
        <source>The extension PyTorch did not install PyTorch; its own module says why.</source>
        <translation>PyTorch 扩展未能安装 PyTorch，原因见该扩展自己的模块。</translation>
    </message>
    <message>
        <source>These packages are still missing: {packages}. Save the scene, restart Slicer and press Segment again.</source>
        <translation>仍缺少以下软件包：{packages}。请保存场景，重启 Slicer 后再次点击“分割”。</translation>
    </message>
    <message>
        <source>They are downloaded from the internet: up to 200 MB, with a GPU build of PyTorch up to 3 GB.</source>
        <translation>软件包将从互联网下载：最多约 200 MB；若为 GPU 版 PyTorch，最多约 3 GB。</translation>
    </message>
    <message>
        <source>They are taken from the folder {folder}.</source>
        <translation>软件包取自文件夹 {folder}。</translation>
    </message>
    <message>
        <source>This changes Slicer's own Python. Nothing that Slicer brings is replaced. Install now?</source>
        <translation>此操作会更改 Slicer 自带的 Python 环境，但不会替换 Slicer 已有的任何软件包。现在安装吗？</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.hot_spot_table</name>
    <message>
        <source>Accepted metastases are the lesions: they are counted and make the Bone Scan Index</source>
        <translation>已采纳的转移灶即为病灶：计入病灶数和骨显像指数</translation>
    </message>
    <message>
        <source>Accepted: counts as a lesion if it is a metastasis</source>
        <translation>已采纳：若为转移则计为病灶</translation>
    </message>
    <message>
        <source>Area (mm²)</source>
        <translation>面积 (mm²)</translation>
    </message>
    <message>
        <source>Area in the anterior + posterior view, mm²</source>
        <translation>前位 + 后位的面积，mm²</translation>
    </message>
    <message>
        <source>Bone, or site of normal uptake</source>
        <translation>骨骼，或正常摄取的部位</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>性质</translation>
    </message>
    <message>
        <source>Disagreement</source>
        <translation>不一致</translation>
    </message>
    <message>
        <source>Double-click to change</source>
        <translation>双击可更改</translation>
    </message>
    <message>
        <source>Highest counts per pixel, anterior / posterior</source>
        <translation>单个像素的最高计数，前位 / 后位</translation>
    </message>
    <message>
        <source>Highest voxel / highest mean of a ball of 1 ml, in what the volume holds</source>
        <translation>最高体素值 / 1 ml 球内最高平均值，单位同断层图像</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>节段</translation>
    </message>
    <message>
        <source>Max. / peak ({units})</source>
        <translation>最高 / 峰值（{units}）</translation>
    </message>
    <message>
        <source>Max. counts</source>
        <translation>最高计数</translation>
    </message>
    <message>
        <source>Mean counts over those of the same bone on the other side, or around it</source>
        <translation>平均计数与对侧同一骨骼（或其周围）平均计数之比</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Number of the hot spot, in the colour of its class</source>
        <translation>浓聚灶编号，底色表示其性质</translation>
    </message>
    <message>
        <source>Phrase</source>
        <translation>报告原文</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>Probability of its class; in brackets: of metastasis by the image alone</source>
        <translation>所属性质的概率；括号内为仅凭图像判为转移的概率</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比值</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>部位</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Side</source>
        <translation>侧别</translation>
    </message>
    <message>
        <source>The patient's side</source>
        <translation>患者的左侧或右侧</translation>
    </message>
    <message>
        <source>Vertebra or rib, counted by the network: certain within one</source>
        <translation type="vanished">椎体或肋骨的序数，由网络计数，可能相差一节</translation>
    </message>
    <message>
        <source>Vertebra or rib, counted; ±1 where the count is not sure</source>
        <translation>椎体或肋骨，按计数确定；不确定时标 ±1</translation>
    </message>
    <message>
        <source>Volume (ml)</source>
        <translation>体积 (ml)</translation>
    </message>
    <message>
        <source>Volume of the outline, ml</source>
        <translation>轮廓体积，ml</translation>
    </message>
    <message>
        <source>What the hot spot is taken for; a change is measured at once and can be undone</source>
        <translation>浓聚灶的性质；更改后立即重新测量，并可撤销</translation>
    </message>
    <message>
        <source>What the report did to the probability of metastasis</source>
        <translation>报告对转移概率的影响</translation>
    </message>
    <message>
        <source>What the report says of this place</source>
        <translation>报告对该部位的描述</translation>
    </message>
    <message>
        <source>Where the report says something else than the image alone shows</source>
        <translation>报告与仅凭图像所见不一致之处</translation>
    </message>
    <message>
        <source>counts</source>
        <translation>计数</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.inputs_section</name>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Bone scan report</source>
        <translation>骨显像报告</translation>
    </message>
    <message>
        <source>Choose a bone scan: from the DICOM database, a file, or Sample Data.</source>
        <translation>请选择骨显像：来自 DICOM 数据库、文件或示例数据（Sample Data）。</translation>
    </message>
    <message>
        <source>Open the report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <source>Reading a report from a PDF needs a Python package:</source>
        <translation>读取 PDF 报告需要以下 Python 软件包：</translation>
    </message>
    <message>
        <source>Recognised: {scan}</source>
        <translation>已识别：{scan}</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>The DICOM database holds no report (Structured Report or PDF) of this scan's study.</source>
        <translation>DICOM 数据库中没有该检查的报告（结构化报告或 PDF）。</translation>
    </message>
    <message>
        <source>The diagnostic report, in Chinese or English:</source>
        <translation>诊断报告（中文或英文）：</translation>
    </message>
    <message>
        <source>There is no model for SPECT: it can be looked at.</source>
        <translation>没有适用于 SPECT 的模型：仅可查看。</translation>
    </message>
    <message>
        <source>{file} cannot be opened: {reason}</source>
        <translation>无法打开 {file}：{reason}</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.model_choice</name>
    <message>
        <source>Model card</source>
        <translation>模型说明卡</translation>
    </message>
    <message>
        <source>Model {name} {version}: {use}</source>
        <translation>模型 {name} {version}：{use}</translation>
    </message>
    <message>
        <source>This is a SPECT volume, and there is no model for SPECT.</source>
        <translation>这是 SPECT 断层图像，目前没有用于 SPECT 的模型。</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.panel</name>
    <message>
        <source>A part of this case was deleted from the scene; segment the scan again.</source>
        <translation>该病例的一部分已从场景中删除；请重新分割。</translation>
    </message>
    <message>
        <source>Bone scan</source>
        <translation>骨显像</translation>
    </message>
    <message>
        <source>Cancelled: a volume of the scan was deleted.</source>
        <translation>已取消：骨显像的一个体数据已被删除。</translation>
    </message>
    <message>
        <source>Choose a scan first</source>
        <translation>请先选择骨显像</translation>
    </message>
    <message>
        <source>Loaded from {folder}.</source>
        <translation>已从 {folder} 载入。</translation>
    </message>
    <message>
        <source>Open a case's folder</source>
        <translation>打开病例文件夹</translation>
    </message>
    <message>
        <source>Save the case to a new or empty folder</source>
        <translation>将病例保存到新文件夹或空文件夹</translation>
    </message>
    <message>
        <source>Saved to {folder}. The scene itself is saved with File &gt; Save.</source>
        <translation>已保存到 {folder}。场景本身请用“文件 &gt; 保存”保存。</translation>
    </message>
    <message>
        <source>The picture overlay.png needs a Python package; Cancel saves without it:</source>
        <translation>生成图片 overlay.png 需要以下 Python 软件包；点“取消”则不保存该图片：</translation>
    </message>
    <message>
        <source>This scan has been reviewed already. Segment anew, and lose the review?</source>
        <translation>该骨显像已经审阅过。重新分割将丢失审阅结果，是否继续？</translation>
    </message>
    <message>
        <source>{folder} holds a case already. Replace it?</source>
        <translation>{folder} 中已有病例。是否替换？</translation>
    </message>
    <message>
        <source>{folder} holds other files. Choose a new or empty folder, or one that holds a case.</source>
        <translation>{folder} 中有其他文件。请选择新文件夹、空文件夹或已有病例的文件夹。</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.prior_cases</name>
    <message>
        <source>Choose the folder of an earlier case</source>
        <translation>选择较早病例的文件夹</translation>
    </message>
    <message>
        <source>{name} is not in the scene any more.</source>
        <translation>{name} 已不在场景中。</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.review_section</name>
    <message>
        <source>Burden by region</source>
        <translation>各部位病灶负荷</translation>
    </message>
    <message>
        <source>Burden in the volume</source>
        <translation>断层图像内病灶负荷</translation>
    </message>
    <message>
        <source>Measured again.</source>
        <translation>已重新测量。</translation>
    </message>
    <message>
        <source>No outline was changed since the last measurement.</source>
        <translation>上次测量之后没有轮廓被更改。</translation>
    </message>
    <message>
        <source>Nothing is segmented yet.</source>
        <translation>尚未分割。</translation>
    </message>
    <message>
        <source>Quality: 1 note</source>
        <translation>图像质量：1 条提示</translation>
    </message>
    <message>
        <source>Quality: {n} notes</source>
        <translation>图像质量：{n} 条提示</translation>
    </message>
    <message>
        <source>Redo: {step} (Ctrl+Y)</source>
        <translation>重做：{step} (Ctrl+Y)</translation>
    </message>
    <message>
        <source>The measurements could not be updated.</source>
        <translation>未能更新测量结果。</translation>
    </message>
    <message>
        <source>The report changed nothing.</source>
        <translation>报告未带来任何更改。</translation>
    </message>
    <message>
        <source>The report changed:</source>
        <translation>报告带来的更改：</translation>
    </message>
    <message>
        <source>There is no report yet. It can be added later: choose it above and press Add report.</source>
        <translation>尚无报告。报告可以稍后添加：在上方选择报告，然后点击“添加报告”。</translation>
    </message>
    <message>
        <source>Undo: {step} (Ctrl+Z)</source>
        <translation>撤销：{step} (Ctrl+Z)</translation>
    </message>
    <message>
        <source>{number}: {what}, {before} → {after}</source>
        <translation type="vanished">{number}：{what}，{before} → {after}</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.run_section</name>
    <message>
        <source>Add report</source>
        <translation>添加报告</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancelled; nothing was changed.</source>
        <translation>已取消，未作任何更改。</translation>
    </message>
    <message>
        <source>Done in {n} s on {device}.</source>
        <translation>完成，用时 {n} 秒（{device}）。</translation>
    </message>
    <message>
        <source>Find, label and measure the hot spots</source>
        <translation>查找、标注并测量浓聚灶</translation>
    </message>
    <message>
        <source>Not started: the Python packages are needed. Press the button again to be asked again.</source>
        <translation>未开始：需要安装 Python 软件包。再次点击按钮将重新询问。</translation>
    </message>
    <message>
        <source>Read the report and measure again; what you decided stays</source>
        <translation>读取报告并重新测量；您的判断会保留</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Starting...</source>
        <translation>正在启动……</translation>
    </message>
    <message>
        <source>Stop the segmentation; the scene stays as it is</source>
        <translation>停止分割；场景保持不变</translation>
    </message>
    <message>
        <source>Try again on the CPU? It takes a little longer.</source>
        <translation>是否改用 CPU 重试？用时稍长。</translation>
    </message>
    <message>
        <source>the CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>{stage}, about {n} s left</source>
        <translation>{stage}，约剩 {n} 秒</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.sample_data</name>
    <message>
        <source>Simulated planar scan</source>
        <translation>模拟平面骨显像</translation>
    </message>
    <message>
        <source>Simulated scan</source>
        <translation>模拟骨显像</translation>
    </message>
    <message>
        <source>The sample case could not be loaded.</source>
        <translation>未能载入示例病例。</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.scan_loading</name>
    <message>
        <source>Patient</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>anterior</source>
        <translation>前位</translation>
    </message>
    <message>
        <source>posterior</source>
        <translation>后位</translation>
    </message>
    <message>
        <source>report</source>
        <translation>报告</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.segmentation_job</name>
    <message>
        <source>The temporary folder {folder} cannot be written: {reason}. Make room there and try again.</source>
        <translation>无法写入临时文件夹 {folder}：{reason}。请腾出空间后重试。</translation>
    </message>
</context>
<context>
    <name>BoneMetSegPanel.words</name>
    <message>
        <source>1 lesion</source>
        <translation>1 个病灶</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>正在收尾</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>正在测量</translation>
    </message>
    <message>
        <source>No lesion found: no hot spot is accepted as a metastasis. Research use only.</source>
        <translation>未发现病灶：没有浓聚灶被采纳为转移。仅供研究使用。</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>Segmenting</source>
        <translation>正在分割</translation>
    </message>
    <message>
        <source>The computer ran out of memory during the segmentation. Close other programs or scans.</source>
        <translation>分割时计算机内存不足。请关闭其他程序或图像。</translation>
    </message>
    <message>
        <source>The disk is full: make room in the folder for temporary files and try again.</source>
        <translation>磁盘已满：请在临时文件夹所在磁盘腾出空间后重试。</translation>
    </message>
    <message>
        <source>The process that segments ended unexpectedly. The scene is as it was; the error log has its last words.</source>
        <translation>分割进程意外结束。场景保持不变；其最后的输出见错误日志。</translation>
    </message>
    <message>
        <source>The segmentation could not start: the Python package {package} is missing. Save the scene, restart Slicer and press Segment again.</source>
        <translation>分割无法启动：缺少 Python 软件包 {package}。请保存场景，重启 Slicer 后再次点击“分割”。</translation>
    </message>
    <message>
        <source>The segmentation failed by a fault of the program: {reason}</source>
        <translation>程序出错，分割失败：{reason}</translation>
    </message>
    <message>
        <source>acceptance</source>
        <translation>采纳</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>已接受</translation>
    </message>
    <message>
        <source>added by the report</source>
        <translation>因报告而增加</translation>
    </message>
    <message>
        <source>benign</source>
        <translation>良性</translation>
    </message>
    <message>
        <source>change of class</source>
        <translation>更改性质</translation>
    </message>
    <message>
        <source>change of place</source>
        <translation>更改部位</translation>
    </message>
    <message>
        <source>edited outlines</source>
        <translation>编辑轮廓</translation>
    </message>
    <message>
        <source>left</source>
        <translation>左</translation>
    </message>
    <message>
        <source>lowered</source>
        <translation>降低</translation>
    </message>
    <message>
        <source>metastasis</source>
        <translation>转移</translation>
    </message>
    <message>
        <source>midline</source>
        <translation>中线</translation>
    </message>
    <message>
        <source>no report</source>
        <translation>无报告</translation>
    </message>
    <message>
        <source>not accepted</source>
        <translation>未接受</translation>
    </message>
    <message>
        <source>physiological</source>
        <translation>生理性</translation>
    </message>
    <message>
        <source>raised</source>
        <translation>升高</translation>
    </message>
    <message>
        <source>rejection</source>
        <translation>排除</translation>
    </message>
    <message>
        <source>removed by the report</source>
        <translation>因报告而去除</translation>
    </message>
    <message>
        <source>report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>right</source>
        <translation>右</translation>
    </message>
    <message>
        <source>segmentation</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>未变</translation>
    </message>
    <message>
        <source>view rule {name}</source>
        <translation>体位合并规则：{name}</translation>
    </message>
    <message>
        <source>{lesions} accepted as metastasis, {volume} ml ({low}–{high}). There is no Bone Scan Index of a volume: it shows a part of the skeleton. Research use only.</source>
        <translation>{lesions}已采纳为骨转移，{volume} ml（{low}–{high}）。断层图像只显示部分骨骼，不计算骨显像指数。仅供研究使用。</translation>
    </message>
    <message>
        <source>{lesions} accepted as metastasis. Research use only.</source>
        <translation>{lesions}被采纳为转移。仅供研究使用。</translation>
    </message>
    <message>
        <source>{lesions} accepted as metastasis; Bone Scan Index {bsi} % ({rule}). Research use only.</source>
        <translation>{lesions}被采纳为转移；骨显像指数 {bsi} %（{rule}）。仅供研究使用。</translation>
    </message>
    <message>
        <source>{lesions} accepted as metastasis; Bone Scan Index {bsi} % raw ({rule}), {calibrated} % calibrated ({low}–{high}). Research use only.</source>
        <translation>{lesions}被采纳为转移；骨显像指数原始值 {bsi} %（{rule}），校准值 {calibrated} %（{low}–{high}）。仅供研究使用。</translation>
    </message>
    <message>
        <source>{number}: gone, was {kind}</source>
        <translation>{number}：消失，原为{kind}</translation>
    </message>
    <message>
        <source>{number}: kept as you decided</source>
        <translation>{number}：保留您的判断</translation>
    </message>
    <message>
        <source>{number}: new, {kind}</source>
        <translation>{number}：新增，{kind}</translation>
    </message>
    <message>
        <source>{number}: {before} → {after}</source>
        <translation>{number}：{before} → {after}</translation>
    </message>
    <message>
        <source>{n} lesions</source>
        <translation>{n} 个病灶</translation>
    </message>
</context>
<context>
    <name>DICOMPlanarBoneScanPlugin</name>
    <message>
        <source>Bone scan</source>
        <translation>骨显像</translation>
    </message>
    <message>
        <source>Reconstructed SPECT volume of {count} slices, in SUV, Bq/ml or counts as the file allows.</source>
        <translation>重建的 SPECT 断层图像，共 {count} 层；数值为 SUV、Bq/ml 或计数，视文件所含信息而定。</translation>
    </message>
    <message>
        <source>The image does not say which view it shows. It is read as the {view} view.</source>
        <translation>图像未注明体位，将按{view}读取。</translation>
    </message>
    <message>
        <source>The images are Secondary Captures: their values need not be counts.</source>
        <translation>图像为二次采集（Secondary Capture），其数值不一定是计数。</translation>
    </message>
    <message>
        <source>Whole-body bone scan, anterior and posterior view. Each is seen from its own side.</source>
        <translation>全身骨显像，前位和后位；两个体位各从其所在一侧观察。</translation>
    </message>
    <message>
        <source>Whole-body bone scan, anterior view. There is no posterior view among the selected series.</source>
        <translation>全身骨显像，前位。所选序列中没有后位图像。</translation>
    </message>
    <message>
        <source>Whole-body bone scan, posterior view. There is no anterior view among the selected series.</source>
        <translation>全身骨显像，后位。所选序列中没有前位图像。</translation>
    </message>
    <message>
        <source>anterior</source>
        <translation>前位</translation>
    </message>
    <message>
        <source>load it as a scalar volume and enter the image spacing in the Volumes module</source>
        <translation>请将其作为标量体数据加载，并在 Volumes 模块中输入像素间距</translation>
    </message>
    <message>
        <source>posterior</source>
        <translation>后位</translation>
    </message>
    <message>
        <source>{name} as {view} view</source>
        <translation>{name}（按{view}）</translation>
    </message>
</context>
</TS>
