"""English sentences of bone-scan reports.

Status of a hedge: consistent with, compatible with, suggestive of, (highly) suspicious for, worrisome for, likely call a
metastasis; possible, cannot be excluded, indeterminate, equivocal leave it open; "likely degenerative" is benign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .report_grammar import Draw, Grammar, Piece
from .report_wording import Wording
from .wording_en_places import draw_style, is_plural, name_places

_UPTAKE = "[uptake|uptake|uptake|tracer uptake|radiotracer uptake|activity|tracer activity|radiotracer accumulation|tracer accumulation|osteoblastic activity|radiopharmaceutical uptake|MDP uptake]"
_MORE = "[increased|increased|increased|abnormal|abnormally increased|intense|mild|moderate|mildly increased|moderately increased|markedly increased|intensely increased|asymmetric|avid|prominent|heterogeneous]"

RULES: dict[str, str | tuple[str, ...]] = {
    # ---- words
    "hot": ("{hot_u}", "{hot_u}", "{hot_c}"),
    "hot_u": (
        f"[focal |focal |focal |multifocal |patchy |linear ||]{_MORE} {_UPTAKE}",
        f"[focal |focal ||]{_MORE} {_UPTAKE}",
        "increased [osseous|bony|skeletal|osteoblastic] [uptake|activity]",
        "[abnormal|focal|focal abnormal|increased] [radiotracer|tracer|isotope] [uptake|accumulation|localisation|localization|deposition]",
    ),
    "hot_c": (
        f"{{a_focus}} of {_MORE} {_UPTAKE}",
        f"{{a_focus}} of {_UPTAKE}",
        "{hot_spots}",
    ),
    "tail": (
        "",
        "",
        "",
        "",
        "",
        ", [seen|visible|best seen] on the [anterior|posterior] view",
        ", [of moderate intensity|moderate in intensity|mild in intensity|intense|low grade]",
        ", [measuring|about|approximately] {a}.{b} cm",
        " on [both views|anterior and posterior views|the planar images]",
        ", with a target-to-background ratio of [about ]{a}.{b}",
    ),
    "met": (
        "{mets}",
        "{mets}",
        "metastatic disease",
        "{bony} metastatic disease",
        "{bony} {mets}",
        "metastatic involvement",
        "malignancy",
        "metastatic {cancer}",
        "malignant involvement",
        "{bony} involvement by malignancy",
    ),
    "bony": ("bone", "osseous", "skeletal", "bony", "osteoblastic"),
    "call": (
        "consistent with",
        "compatible with",
        "in keeping with",
        "suggestive of",
        "suspicious for",
        "highly suspicious for",
        "worrisome for",
        "concerning for",
        "most consistent with",
        "likely representing",
        "most likely",
        "typical of",
        "diagnostic of",
        "indicative of",
        "highly suggestive of",
        "representing",
        "most in keeping with",
        "probably representing",
    ),
    "kind_degenerative": (
        "degenerative change",
        "degenerative changes",
        "degenerative disease",
        "degenerative joint disease",
        "osteoarthritis",
        "arthritic change",
        "degenerative arthropathy",
        "arthropathy",
        "degenerative-type uptake",
        "osteoarthritic change",
    ),
    "kind_fracture": (
        "fracture",
        "prior fracture",
        "old fracture",
        "healing fracture",
        "trauma",
        "prior trauma",
        "post-traumatic change",
        "healing fractures",
        "old trauma",
        "an old injury",
        "benign fracture",
    ),
    "kind_compression": (
        "compression fracture",
        "osteoporotic compression fracture",
        "insufficiency fracture",
        "benign compression fracture",
        "an old compression deformity",
        "vertebral compression fracture",
    ),
    "kind_paget": ("Paget's disease", "Paget disease", "Paget disease of bone", "osteitis deformans"),
    "kind_dental": (
        "dental disease",
        "odontogenic disease",
        "periodontal disease",
        "dental caries",
        "dental inflammation",
        "recent dental work",
    ),
    "kind_infection": ("infection", "inflammatory change", "osteomyelitis", "an inflammatory process", "inflammation"),
    "kind_prosthesis": (
        "postsurgical change",
        "post-operative change",
        "prosthesis-related uptake",
        "post-arthroplasty change",
        "postoperative remodelling",
    ),
    "kind_enthesopathy": ("enthesopathy", "tendinopathy", "enthesopathic change", "insertional tendinopathy"),
    "kind_dysplasia": ("fibrous dysplasia", "a benign fibro-osseous lesion"),
    "kind_other": (
        "a benign process",
        "benign aetiology",
        "benign etiology",
        "a benign lesion",
        "benign change",
        "non-specific benign change",
        "a benign cause",
        "a non-malignant process",
    ),
    # ---- findings: uptake only
    "uptake": (
        "[there is|there is|there is also|again seen is|also noted is] {hot_u} in {P}{tail}",
        "there {is} {hot_c} in {P}{tail}",
        "{hot} in {P}{tail}",
        "{hot_u} is [seen|noted|identified|present|demonstrated|evident|observed|visualised|visualized] in {P}{tail}",
        "{hot_c} {is} [seen|noted|identified|present|demonstrated|evident|observed] in {P}{tail}",
        "{hot} [involving|within|at|localised to|localizing to] {P}{tail}",
        "the [scan|study|bone scan] [shows|demonstrates|reveals] {hot} in {P}",
        "[whole body images|whole-body planar images|planar images|delayed images|anterior and posterior images|images] [show|demonstrate|reveal] {hot} [in|involving] {P}{tail}",
        "uptake is [increased|abnormal|asymmetrically increased|focally increased] in {P}{tail}",
        "{N} of [abnormal|increased] [tracer |radiotracer |]uptake {is} [seen|noted|identified] in {P}",
        "{P} {shows} {hot}",
        "abnormal [sites of uptake|foci] [include|involve]: {P}",
        "[abnormal|increased] [tracer|radiotracer] accumulation in {P}",
        "there is [increased|abnormal|intense|focal] [activity|uptake] [within|at|in] {P}",
        "[tracer|radiotracer] [uptake|avidity] in {P}{tail}",
        "{P}: {hot}",
        "[note is made of|attention is drawn to|we see] {hot} in {P}",
        "[persistent|again noted is] {hot_u} in {P}",
        "[uptake|activity|tracer uptake] in {P} is [increased|abnormal|asymmetric|more than expected|greater than in adjacent bone]",
        "focally [increased|intense] [uptake|activity] [projecting over|overlying|projected over] {P}",
    ),
    "uptake_led": (
        "{hot} in {P}, [most intense|most marked|most prominent|greatest|most pronounced|worst] in {Q}",
        "[there is|] {hot_u} [involving|in] {P}, [most notably|particularly|especially] {Q}",
    ),
    "cold": (
        "[there is a|] [photopenic|cold] [defect|area|focus|region|lesion] in {P}",
        "[decreased|reduced|absent] [tracer |radiotracer |]uptake in {P}",
        "[photopenia|photopenic defect] [is noted |is seen |]in {P}[, with a rim of increased uptake|]",
    ),
    "cold_metastatic": (
        "[photopenic|cold] [defect|lesion] in {P}, {call} [a lytic metastasis|lytic metastatic disease|a destructive metastasis]",
        "[photopenia|reduced uptake] in {P}, {call} {met}",
    ),
    "metastatic": (
        "{hot} in {P}, {call} {met}",
        "{hot} in {P} {call} {met}",
        "there is {hot_u} in {P}, {call} {met}",
        "there {is} {hot_c} in {P}, {call} {met}",
        "{met} in {P}",
        "{met} [involving|affecting] {P}",
        "{bony} {mets} in {P}",
        "[findings|appearances|scan findings|features] [are|remain] {call0} {met} in {P}",
        "{P}: {met}",
        "[abnormal|increased|focal] uptake in {P}, [highly |]{suspicious} {met}",
        "{areas} of [abnormal |]uptake in {P}, {call} {met}",
        "[scintigraphic|bone scan] evidence of {met} in {P}",
        "uptake in {P} is {call0} {met}",
        "[the|] {focus} in {P} {is} {call0} {met}",
        "[likely|probable|presumed] {met} in {P}",
        "{hot_u} in {P} [likely|most likely|probably] [represents|reflects] {met}",
        "metastatic [pattern of uptake|pattern] in {P}",
        "[abnormal uptake|uptake|increased activity] in {P}, [favour|favor|favored to represent|favoured to represent] {met}",
        "[osteoblastic|sclerotic|blastic] {mets} in {P}",
        "{P} {is_p} involved by {met}",
        "[new|progressive|known] {mets} in {P}",
        "{P} {shows} {hot}, {call} {met}",
    ),
    "call0": (
        "consistent with",
        "compatible with",
        "in keeping with",
        "suggestive of",
        "suspicious for",
        "highly suspicious for",
        "worrisome for",
        "concerning for",
        "typical of",
        "most consistent with",
    ),
    "suspicious": ("suspicious for", "suggestive of", "concerning for", "worrisome for"),
    "metastatic_many": (
        "<M:[multiple|widespread|extensive] [bone|osseous|skeletal|bony] metastases>[, including|, involving|, most marked in] {P}",
        "<M:[widespread|extensive|multifocal] [osseous|skeletal|bony] metastatic disease>[, involving| involving|, including] {P}",
        "multiple [foci|areas|sites] of {_more} uptake in {P}, {call} [osseous metastases|metastatic disease|bone metastases]",
        "multiple [bone|osseous|skeletal|bony] metastases in {P}",
    ),
    "_more": ("increased", "abnormal", "intense", "avid"),
    "uncertain": (
        "{hot} in {P}, [indeterminate|equivocal|nonspecific and indeterminate|of uncertain significance|of uncertain aetiology|of indeterminate significance]",
        "[there is|] {hot_u} in {P}, [metastasis|metastatic disease|a metastasis|malignancy] [cannot be excluded|is not excluded|cannot be ruled out|remains possible|not excluded]",
        "{P}: [indeterminate|equivocal|possible metastasis|cannot exclude metastasis]",
        "[indeterminate|equivocal] [uptake|focus|activity|tracer uptake] in {P}[, {correlate}|]",
        "[possible|questionable] [metastasis|metastatic disease|metastatic involvement] in {P}",
        "{hot_u} in {P} is [indeterminate|equivocal|of uncertain significance][, {correlate}|]",
        "{hot} in {P}, [traumatic|degenerative|benign] versus metastatic[; {correlate}|]",
        "uptake in {P} [may|might|could] [represent|reflect] [a metastasis|metastatic disease|early metastatic disease][; {correlate}|, {correlate}|]",
        "{hot} in {P}, [degenerative change|fracture|trauma|a benign lesion] [or|versus|vs] [metastasis|metastatic disease|early metastasis]",
        "[metastasis|metastatic disease|malignancy] in {P} [cannot be excluded|is not excluded|cannot be entirely excluded|is a possibility]",
        "[subtle|faint|questionable|mild] [uptake|focus|focal uptake] in {P}, [nonspecific|of doubtful significance|indeterminate|possibly metastatic]",
        "{hot} in {P}, [nature uncertain|nature undetermined|aetiology uncertain|etiology unclear][; {correlate}|]",
        "{hot} in {P}, {correlate} [to exclude|to rule out] metastasis",
        "[solitary|isolated|single|] [uptake|focus|lesion] in {P} [is|remains] [indeterminate|non-specific], [differential includes|the differential diagnosis includes] [fracture|trauma|degenerative change] and metastasis",
    ),
    "correlate": (
        "[correlation with|correlate with|recommend] [CT|MRI|radiographs|plain films|dedicated CT|cross-sectional imaging]",
        "[radiographic|CT|anatomic|MRI] correlation [is |]recommended",
        "[recommend|suggest|advise] [CT|MRI|SPECT/CT|follow-up]",
        "[follow-up|further imaging] [is |]advised",
    ),
    "benign": (
        "{hot} in {P}, [likely|most likely|probably|presumably] [due to|related to|reflecting|secondary to] {kind}",
        "[there is|] {hot_u} in {P}, [consistent with|compatible with|in keeping with|typical of|most consistent with|suggestive of] {kind}",
        "{kind} in {P}",
        "{kind} [involving|affecting] {P}",
        "[degenerative-appearing|benign-appearing|non-specific benign] uptake in {P}, {kind}",
        "{P}: {kind}",
        "uptake in {P} [is|appears] [likely|probably|most likely] [benign|due to {kind}|related to {kind}]",
        "[mild|mildly increased|low-grade|minor] [uptake|activity] in {P}, [likely|probably|favoured to be|favored to be] [benign|due to {kind}|related to {kind}]",
        "[findings|appearances] [in keeping with|consistent with|compatible with] {kind} in {P}",
        "[increased|mild|linear|focal|periarticular] [uptake|activity] in {P} [reflecting|due to|related to|secondary to|from|attributable to|compatible with] {kind}",
        "uptake in {P}, [favour|favor] {kind}",
        "uptake in {P} is [most consistent with|in keeping with|typical for|attributed to] {kind}",
        "[focal|linear|] uptake in {P}, [benign|non-malignant] in appearance, [likely|probably] {kind}",
        "[probable|presumed|likely] {kind} in {P}",
    ),
    # ---- the rest, the normal
    "rest": (
        "[the|] <N:[rest of the skeleton|remainder of the skeleton|remaining skeleton|remainder of the osseous structures|remainder of the bony skeleton]> [is|appears] [unremarkable|normal|within normal limits]",
        "no [other|further|additional] [abnormal uptake|abnormality|suspicious uptake|scintigraphic abnormality|foci of abnormal uptake|suspicious foci|areas of abnormal uptake] [is seen |are identified ||]<N:[elsewhere|elsewhere in the skeleton|in the remaining skeleton|in the rest of the skeleton|in the remainder of the skeleton|in the visualised skeleton]>",
        "<N:elsewhere>, [there is no abnormal uptake|tracer distribution is physiologic|uptake is within normal limits|the distribution of tracer is normal|no abnormal uptake is seen]",
        "[the|] <N:[remaining bones|remaining skeletal structures|other bones]> [show|demonstrate] [no abnormal uptake|normal tracer distribution|physiologic uptake|physiological uptake]",
        "[radiotracer|tracer] distribution in the <N:[rest|remainder] of the [skeleton|visualized skeleton|visualised skeleton|bones]> is [normal|physiologic|unremarkable|physiological]",
        "no suspicious uptake <N:elsewhere>",
    ),
    "abnormal": (
        "abnormal uptake",
        "abnormal tracer uptake",
        "focal abnormality",
        "abnormal radiotracer uptake",
        "abnormal focal uptake",
        "suspicious uptake",
        "focal increased or decreased uptake",
        "areas of increased or decreased uptake",
        "foci of abnormal uptake",
        "evidence of metastatic disease",
        "osteoblastic lesion",
    ),
    "normal": (
        "no scintigraphic [evidence|abnormality] [of|suspicious for] [bone metastases|osseous metastatic disease|skeletal metastases] <N:[in the skeleton|in the visualized skeleton|throughout the skeleton]>",
        "<N:[normal bone scan|negative bone scan|normal whole-body bone scan|unremarkable bone scan|normal whole body bone scintigraphy]>",
        "no {abnormal} <N:[in the skeleton|throughout the skeleton|within the skeleton|in the axial or appendicular skeleton|in the imaged skeleton]>",
        "<N:[the skeleton|the axial and appendicular skeleton|the whole skeleton|the visualised skeleton]> [shows|demonstrates] [normal|physiologic|symmetric|homogeneous, symmetric] [tracer|radiotracer|] [distribution|uptake][, without focal abnormality|]",
        "[tracer|radiotracer] [distribution|uptake] <N:[throughout the skeleton|in the skeleton]> is [normal|symmetric and physiologic|unremarkable|within normal limits]",
        "<N:the skeleton> [is|appears] [normal|unremarkable|free of {abnormal}]",
        "no [bone|osseous|skeletal] [lesion|abnormality] [is |]seen <N:in the skeleton>",
    ),
    "no_metastasis": (
        "no [scintigraphic |convincing |definite |]evidence of [bone metastases|osseous metastatic disease|metastatic disease|skeletal metastases] <N:[in the skeleton|in the imaged skeleton|throughout the skeleton]>",
        "<N:[bone scan|skeleton|whole-body bone scan]> [negative for metastatic disease|without evidence of metastatic disease|shows no evidence of metastases]",
        "no scintigraphic abnormality suspicious for [metastatic disease|osseous metastases] <N:[in the skeleton|throughout the skeleton|in the axial or appendicular skeleton]>",
    ),
    "negated": (
        "no {abnormal} [in|within|seen in|identified in] {P}",
        "{P} {is_p} [unremarkable|normal|within normal limits]",
        "{P} {shows} [no {abnormal}|normal tracer distribution|physiologic uptake]",
        "[normal|physiologic|symmetric|unremarkable] [tracer |radiotracer |]uptake in {P}",
        "[tracer|radiotracer] distribution in {P} is [normal|symmetric|unremarkable]",
        "{P}: [normal|unremarkable|no {abnormal}]",
    ),
    "negated_joints": (
        "[symmetric|symmetrical] [physiologic |physiological |]uptake in {P}, within normal limits",
        "{P} {is_p} [symmetric and normal|unremarkable|symmetric]",
        "no abnormal uptake in {P}",
        "normal symmetric uptake in {P}",
    ),
    "nothing": (
        "no {abnormal}",
        "[normal|unremarkable|normal tracer distribution|within normal limits|negative|no significant abnormality]",
    ),
    "resolved": (
        "[the |][previously seen|prior|previously noted|previously described] [focus|uptake|lesion|activity] in {P} [is no longer seen|has resolved|is no longer evident|is no longer visualized|is not seen today]",
        "[interval |]resolution of [the |][previously noted |prior |][uptake|focus] in {P}",
    ),
    "pain_negative": (
        "no [abnormal |focal |][uptake|abnormality] [is seen |]in {P}[, the site of pain|, the symptomatic site| to correspond with the MRI finding| to correspond with the CT lesion|]",
        "{P} {shows} no [abnormal|focal] uptake",
    ),
    "above_metastatic": (
        "<M:[the above|these|the described|the aforementioned|the above-mentioned] [findings|lesions|foci|abnormalities|areas of uptake]> are {call0} {met}",
        "<M:[these|the above] [findings|foci|lesions]> [likely|most likely|probably] represent [metastases|metastatic disease|osseous metastases|bone metastases]",
    ),
    "above_benign": (
        "<B:[the above|these|the described] [findings|foci|areas of uptake]> [are|are] [likely|most likely|probably] [benign|due to {kind}|related to {kind}]",
        "<B:[the above|these] [findings|foci]> are [consistent with|in keeping with|compatible with] {kind}",
    ),
    "above_uncertain": (
        "<Q:[the above|these|the described] [findings|foci|areas of uptake]> are [indeterminate|equivocal|of uncertain significance][; {correlate}|]",
        "[metastatic disease|metastasis] cannot be excluded for <Q:[the above|the described] [findings|foci]>",
    ),
    "diffuse_uptake": (
        "[there are |][multiple|numerous|innumerable|widespread] [foci|areas|sites] of {_more} uptake <U:[throughout the skeleton|throughout the axial and appendicular skeleton|throughout the axial skeleton]>, [most marked in|including|predominantly in|worst in] {P}",
        "<U:[diffuse|widespread] skeletal uptake>, [most marked in|predominantly in|worst in] {P}",
    ),
    "diffuse_metastatic": (
        "<M:[widespread|diffuse|extensive|multifocal|multiple] [osseous|skeletal|bone|bony|axial and appendicular skeletal] [metastases|metastatic disease|metastatic deposits]>",
        "[findings|appearances] [are |]{call0} <M:[widespread|diffuse|extensive|multiple] [osseous|skeletal|bony|bone] [metastases|metastatic disease]>",
        "<M:[diffuse|widespread] metastatic disease [throughout the skeleton|involving the axial and appendicular skeleton|of the skeleton]>",
        "[multiple|numerous] foci of {_more} uptake <M:throughout the skeleton>, {call} {met}",
    ),
    # ---- around
    "ct": (
        "[CT shows|low-dose CT shows|on CT, there is|SPECT/CT shows] [sclerosis|a sclerotic lesion|lytic change|bony destruction|a mixed lytic and sclerotic lesion] in {P}",
        "[on SPECT/CT|on the fused images], [uptake|activity] in {P} [corresponds to|localises to|localizes to] [a sclerotic focus|a lytic lesion|an area of sclerosis]",
    ),
    "ct_metastatic": (
        "[CT|low-dose CT|SPECT/CT] shows [a sclerotic lesion|a destructive lesion|lytic change|sclerosis] in {P}, {call} {met}",
        "uptake in {P} [corresponds to|localises to] [a sclerotic|a lytic|a destructive] lesion on CT, {call} {met}",
    ),
    "ct_benign": (
        "[CT|low-dose CT|SPECT/CT] shows {sign} in {P}, [consistent with|in keeping with|likely] {kind}",
        "uptake in {P} [corresponds to|localises to] {sign} on CT, [likely|consistent with|due to] {kind}",
    ),
    "sign_degenerative": (
        "osteophytes",
        "marginal sclerosis",
        "endplate change",
        "joint space narrowing",
        "degenerative change",
    ),
    "sign_fracture": ("a fracture line", "cortical irregularity", "callus", "a healing fracture"),
    "sign_compression": ("loss of vertebral height", "endplate depression", "a wedge deformity"),
    "sign_other": ("sclerosis", "sclerotic change", "benign-appearing bone change"),
    "kind_degenerative_spine": (
        "degenerative change",
        "degenerative disease",
        "spondylotic change",
        "facet arthropathy",
        "degenerative spondylosis",
        "degenerative disc disease",
        "osteoarthritic change",
        "spondylosis",
    ),
    "ct_uncertain": (
        "[no CT correlate|no structural abnormality on CT|no definite CT abnormality] for the uptake in {P}, which [remains indeterminate|is indeterminate|is of uncertain significance]",
        "uptake in {P} [without CT correlate|without a correlate on CT], [indeterminate|follow-up advised|equivocal]",
    ),
    "ct_plain": (
        "[low-dose CT|CT|the CT component] [shows|demonstrates] [a right upper lobe mass|multiple pulmonary nodules|a left pleural effusion|mediastinal lymphadenopathy|aortic calcification|a small pericardial effusion|a hypodense liver lesion]",
        "[CT of the chest|outside CT|recent chest CT]: [lung mass in the left lower lobe|right hilar mass with mediastinal nodes|bilateral pulmonary nodules]",
        "[the|] [corresponding|matching] [CT shows sclerosis|CT is unremarkable|low-dose CT shows no destruction]",
    ),
    "prior": (
        "[compared with|compared to|in comparison with|relative to] {date}, [uptake|the focus|activity|the lesion] in {P} [is|appears] {change}",
        "[uptake|the focus|the lesion|activity] in {P} [is|appears|remains] {change}[ compared with the prior| since the prior study| from {date}| since {date}|]",
        "{change1} [uptake|focus|activity] in {P}[ since {date}| compared with the prior|]",
        "new [focus|uptake|focal uptake|area of uptake] in {P}",
    ),
    "prior_metastatic": (
        "[known|previously seen|established] {mets} in {P} {is} {change}",
        "new {mets} in {P}[ since {date}| compared with the prior|]",
        "{change1} {mets} in {P}",
    ),
    "prior_plain": (
        "[comparison|comparison]: [none|none available|bone scan of {date}|prior bone scan {date}]",
        "no prior [study|bone scan|examination] [is |]available for comparison",
        "[overall|globally], [no significant interval change|interval progression|partial response|stable appearances] [since {date}|compared with the prior]",
    ),
    "date": ("{d} {month} {y}", "{y}-{m}-{d}", "{month} {y}", "{m}/{d}/{y}"),
    "change": (
        "stable",
        "unchanged",
        "less conspicuous",
        "more conspicuous",
        "more intense",
        "less intense",
        "slightly more prominent",
        "decreased",
        "increased",
        "similar",
        "larger",
        "smaller",
        "essentially unchanged",
    ),
    "change1": ("stable", "unchanged", "less conspicuous", "more conspicuous", "persistent", "progressive"),
    "physiology": (
        "[the|] [kidneys and bladder|both kidneys and the urinary bladder|kidneys|urinary tract and bladder] [are visualised|are visualized|demonstrate physiologic activity|show physiological excretion|are normal]",
        "[physiologic|physiological|normal|expected] [activity|excretion|uptake] [in|within|is seen in] the [kidneys and bladder|kidneys and urinary bladder|urinary tract|genitourinary tract]",
        "[there is |][faint|minimal|absent|reduced] renal [uptake|activity|visualisation]",
        "[soft tissue|soft-tissue|background] [uptake|activity] is [unremarkable|normal|low]",
        "[mild left hydronephrosis|retained activity in the right renal pelvis|urinary contamination is noted|the bladder is distended]",
    ),
    "injection": (
        "[activity|tracer|residual activity] at the injection site in the [left|right] [antecubital fossa|forearm|hand|arm]",
        "[extravasation|tracer extravasation|infiltration] at the [right|left] [antecubital|wrist|hand] injection site",
        "injection site activity [is |]noted",
    ),
    "preamble": (
        "[whole body|whole-body] [images|planar images|anterior and posterior images] [were|were] [obtained|acquired] {hours} hours [after|following] [the |][intravenous |IV |][administration|injection] of {activity} [of |]{agent}",
        "[following|after] [intravenous |IV |]injection of {activity} {agent}, [whole body|anterior and posterior whole body|whole-body planar] images were [obtained|acquired][ at {hours} hours|]",
        "[delayed|three-hour delayed] whole[ |-]body bone scan images were [obtained|acquired] [in anterior and posterior projections|in the anterior and posterior views]",
    ),
    "visible": (
        "[image quality is [good|satisfactory|diagnostic]|images are of [good|diagnostic] quality]",
        "[there is |]good skeletal [uptake|visualisation|visualization][ of tracer| with low background activity|]",
        "[adequate|good] bone to soft tissue ratio",
        "the study is of [diagnostic|good|adequate] quality",
    ),
    "exam_heading": (
        "[EXAM|Exam|Examination|Procedure|EXAMINATION]: [whole body bone scan|bone scan|NM whole body bone scan|Tc-99m MDP whole-body bone scintigraphy|bone scintigraphy|nuclear medicine bone scan]",
    ),
    "agent_heading": (
        "[Radiopharmaceutical|RADIOPHARMACEUTICAL]: {activity} {agent}",
        "[Technique|TECHNIQUE]: {activity} {agent} IV, imaging at {hours} hours",
    ),
    "clinical_heading": (
        "[Clinical history|CLINICAL HISTORY|Indication|History|INDICATION|Clinical information]: {history}",
    ),
    "history": (
        "{cancer}",
        "{cancer}[, staging|, restaging|, back pain|, {marker}|, assess for metastases|, rule out bone metastases| on hormone therapy| post chemotherapy|, status post resection]",
        "{age} [year old|year-old] [patient|] with {cancer}",
        "[back pain|low back pain|bone pain|right hip pain|elevated alkaline phosphatase|weight loss|lung mass on CT|left chest wall pain]",
        "[staging of|follow-up of|evaluation of] {cancer}",
        "[known|newly diagnosed] {cancer}",
    ),
    "history_place": ("[pain|tenderness] in {P}", "[recent|outside] [MRI|CT|radiographs] of {P}"),
    "advice": (
        "[clinical correlation is recommended|correlate clinically|clinical and radiographic correlation recommended|follow-up bone scan in 3-6 months suggested|recommend correlation with CT or MRI|correlation with tumour markers is advised]",
        "[thank you for this referral|follow-up as clinically indicated|please correlate with other imaging]",
    ),
}

_MONTHS = ("Jan", "February", "March", "Apr", "May", "June", "July", "Aug", "September", "Oct", "Nov", "December")
_COUNT_WORDS = "zero one two three four five six seven eight nine ten".split()


def _number_words(number: int, draw: Draw) -> dict[str, str]:
    said = _COUNT_WORDS[number] if number <= 10 else str(number)
    said = said if draw.chance(0.7) else str(number)
    one = number == 1
    return {
        "a_focus": draw.one(("a focus", "a single focus", "a solitary focus", "a small focus", "an area"))
        if one
        else draw.one(("foci", "multiple foci", "several foci", "areas", "multiple areas")),
        "hot_spots": draw.one(("a hot spot", "a focal lesion", "a focal hot spot"))
        if one
        else draw.one(("hot spots", "multiple hot spots", "focal lesions", "multifocal uptake")),
        "focus": draw.one(("focus", "lesion", "abnormality") if one else ("foci", "lesions", "abnormalities")),
        "areas": "an area" if one else draw.one(("areas", "multiple areas", "sites", "multiple sites")),
        "mets": draw.one(("metastasis", "metastatic deposit", "metastatic lesion"))
        if one
        else draw.one(("metastases", "metastases", "metastatic deposits", "metastatic lesions", "secondary deposits")),
        "is": "is" if one else "are",
        "N": "a single focus" if one else f"{said} foci",
        "a": str(draw.number(1, 4)),
        "b": str(draw.number(0, 9)),
        "y": str(draw.number(2012, 2024)),
        "m": str(draw.number(1, 12)),
        "d": str(draw.number(1, 28)),
        "month": draw.one(_MONTHS),
    }


def _agree(pieces: tuple[Piece, ...]) -> dict[str, str]:
    plural = is_plural(pieces)
    return {"is_p": "are" if plural else "is", "shows": "show" if plural else "shows"}


_AGENTS = (
    "Tc-99m MDP",
    "99mTc-MDP",
    "Tc99m-MDP",
    "technetium-99m MDP",
    "99mTc-HDP",
    "Tc-99m HDP",
    "technetium 99m medronate",
)
_CANCERS = {
    "male": (
        "prostate cancer",
        "prostate carcinoma",
        "prostate adenocarcinoma",
        "castration-resistant prostate cancer",
    ),
    "female": (
        "breast cancer",
        "left breast cancer",
        "right breast carcinoma",
        "invasive ductal carcinoma",
        "cervical cancer",
    ),
    "": (
        "lung cancer",
        "non-small cell lung cancer",
        "right lung adenocarcinoma",
        "renal cell carcinoma",
        "bladder cancer",
        "thyroid cancer",
        "colorectal cancer",
        "carcinoma",
    ),
}


def _patient_words(patient: Mapping[str, Any], draw: Draw) -> dict[str, str]:
    sex = str(patient.get("sex", "") or draw.one(("male", "female"))).lower()
    sex = "female" if sex[:1] in ("f", "女") else "male"
    age = patient.get("age")
    activity = patient.get("activity_mbq")
    hours = patient.get("hours_after_injection")
    activity_mbq = float(activity) if activity else draw.uniform(550, 925)
    return {
        "cancer": draw.one(_CANCERS[sex if draw.chance(0.65) else ""]),
        "marker": "rising CA 15-3" if sex == "female" else "rising PSA",
        "agent": draw.one(_AGENTS),
        "age": f"{age:.0f}" if age else str(draw.number(35, 85)),
        "activity": draw.one((f"{activity_mbq:.0f} MBq", f"{activity_mbq:.0f} MBq", f"{activity_mbq / 37:.1f} mCi")),
        "hours": f"{float(hours):.1f}".removesuffix(".0") if hours else draw.one(("2", "3", "3", "4", "3.5", "2-3")),
    }


_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n)[a-z]|(?<=\d\)\s)[a-z]", re.MULTILINE)


def _finish(text: str, draw: Draw) -> str:
    if draw.chance(0.04):
        return text.upper() if len(text.upper()) == len(text) else text
    if draw.chance(0.06):
        return text
    return _SENTENCE_START.sub(lambda match: match.group().upper(), text)


_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")


def _both(*regions: str) -> tuple[str, ...]:
    return tuple(f"{region}_{side}" for region in regions for side in ("left", "right"))


_ARMS = _both("humerus", "forearm", "hand")
_LEGS = _both("femur", "patella", "leg", "foot")
# Words for whole stretches of the skeleton, with the skeleton channels they mean.
WIDE_REGIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("the skull", "the calvarium", "the cranium"), ("skull",)),
    (("the spine", "the cervical, thoracic and lumbar spine", "the vertebral column", "the entire spine"), _SPINE),
    (("the pelvis", "the bony pelvis", "the pelvic bones"), _both("pelvis")),
    (("the appendicular skeleton", "the extremities", "the long bones", "the limbs"), _ARMS + _LEGS),
    (("the upper limbs", "both upper extremities", "the upper extremities", "both arms"), _ARMS),
    (("the lower limbs", "both lower extremities", "the lower extremities", "both legs"), _LEGS),
    (
        ("the thoracic cage", "the sternum and ribs", "the ribs and sternum", "the bony thorax"),
        ("sternum", *_both("ribs")),
    ),
    (("the ribs", "both rib cages", "the ribs bilaterally"), _both("ribs")),
    (("the sternum",), ("sternum",)),
    (("both scapulae", "the scapulae"), _both("scapula")),
    (("both clavicles", "the clavicles"), _both("clavicle")),
    (("the shoulder girdles", "both shoulder girdles"), _both("clavicle", "scapula")),
    (("the cervical spine",), ("cervical_spine",)),
    (("the thoracic spine",), ("thoracic_spine",)),
    (("the lumbar spine",), ("lumbar_spine",)),
    (("the sacrum",), ("sacrum",)),
    (("the mandible",), ("mandible",)),
    (("both femora", "the femurs", "both femurs"), _both("femur")),
    (("both humeri", "the humeri"), _both("humerus")),
)
_SYSTEM: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("skull", "head", "skull and face"), ("skull", "mandible")),
    (("spine", "vertebral column", "spine and sacrum"), (*_SPINE, "sacrum")),
    (("thorax", "chest", "thoracic cage and shoulder girdles"), ("sternum", *_both("ribs", "clavicle", "scapula"))),
    (("pelvis", "bony pelvis"), _both("pelvis")),
    (("extremities", "limbs", "appendicular skeleton"), _ARMS + _LEGS),
)

ENGLISH = Wording(
    grammar=Grammar(RULES),
    draw_style=draw_style,
    name_places=name_places,
    number_words=_number_words,
    joiners=("; ", ".", ".", ".", "."),
    stop=".",
    findings_headings=("Findings: ", "FINDINGS: ", "FINDINGS:\n", "Findings:\n", "Report: ", "Description: "),
    impression_headings=(
        "Impression: ",
        "IMPRESSION: ",
        "IMPRESSION:\n",
        "Impression:\n",
        "Conclusion: ",
        "CONCLUSION:\n",
        "Opinion: ",
        "Summary: ",
    ),
    numbers=("{n}. ", "{n}. ", "{n}) ", "({n}) "),
    finish=_finish,
    patient_words=_patient_words,
    wide_regions=WIDE_REGIONS,
    system=_SYSTEM,
    colon=": ",
    list_mark=", ",
    last_marks=(" and ", " and ", ", "),
    agree=_agree,
)
