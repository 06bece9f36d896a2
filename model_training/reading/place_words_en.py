"""English (British, American, Latin) names of places, by reporting region, in the singular and without side.

"{s}" in a term is where its side stands ("head of the {s} femur"); in all others the side stands around the term. A
joint belongs to the region that the anatomy table gives it to (knee: femur, ankle: foot, wrist: hand).
"""

from __future__ import annotations

from .slot_groups import ARMS, AXIAL, LEGS, SPINE, TRUNK, both_sides


def _terms(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split("|"))


REGIONS: dict[str, tuple[str, ...]] = {
    "skull": _terms(
        "skull|cranium|calvarium|calvaria|skull vault|cranial vault|calvarial vault|skull cap|vertex|skull vertex|vertex of the skull|skull base|"
        "base of skull|base of the skull|cranial base|skull bones|cranial bones|frontal bone|frontal skull|frontal calvarium|right frontal bone|"
        "left frontal bone|parietal bone|left parietal bone|right parietal bone|left parietal skull|right parietal calvarium|parietal skull|"
        "occiput|occipital bone|occipital skull|occipital region|occipital condyle|temporal bone|left temporal bone|right temporal bone|petrous bone|"
        "petrous apex|petrous temporal bone|mastoid|left mastoid|right mastoid|mastoid process|sphenoid|sphenoid bone|sphenoid wing|sella|sella turcica|clivus|"
        "ethmoid|ethmoid bone|cribriform plate|face|facial bones|facial skeleton|mid face|midface|maxilla|left maxilla|right maxilla|upper jaw|maxillary alveolus|"
        "maxillary alveolar ridge|maxillary sinus wall|zygoma|left zygoma|right zygoma|zygomatic arch|zygomatic bone|malar bone|orbit|left orbit|right orbit|"
        "orbital wall|orbital rim|lateral orbital wall|superior orbital ridge|supraorbital region|nasal bone|nasal bones|hard palate|frontoparietal skull|"
        "temporoparietal region of the skull|parieto-occipital skull|cranial suture|coronal suture|diploe|"
        "calotte|skull calotte|calva|calvarial bone|cranial calotte|os frontale|os occipitale|os parietale|os temporale|os sphenoidale|neurocranium|viscerocranium|splanchnocranium|bregma|inion|glabella"
    ),
    "mandible": _terms(
        "mandible|lower jaw|jaw|jawbone|jaw bone|mandibular bone|body of the mandible|mandibular body|mandibular angle|angle of the mandible|left mandible|"
        "right mandible|left mandibular angle|right mandibular angle|mandibular ramus|ramus of the mandible|left mandibular ramus|right mandibular ramus|"
        "mandibular condyle|condylar process of the mandible|coronoid process of the mandible|mandibular symphysis|symphysis menti|mandibular alveolus|"
        "mandibular alveolar ridge|chin|temporomandibular joint|left temporomandibular joint|right temporomandibular joint|TMJ|hemimandible|left hemimandible|right hemimandible|"
        "os mandibulare|horizontal ramus of the mandible|corpus mandibulae"
    ),
    "cervical_spine": _terms(
        "cervical spine|C-spine|c spine|neck spine|cervical vertebrae|cervical vertebral bodies|cervical vertebral column|cervical column|upper cervical spine|"
        "lower cervical spine|mid cervical spine|mid-cervical spine|cervical region of the spine|multiple cervical levels|several cervical vertebrae|"
        "cervical facet joints|cervical facets|posterior elements of the cervical spine|cervical segment|cervical spinous processes|craniocervical junction|atlantoaxial joint|"
        "columna cervicalis|neck vertebrae|cervical segments of the spine"
    ),
    "thoracic_spine": _terms(
        "thoracic spine|T-spine|t spine|dorsal spine|D-spine|thoracic vertebrae|thoracic vertebral bodies|thoracic vertebral column|thoracic column|dorsal vertebrae|"
        "upper thoracic spine|lower thoracic spine|mid thoracic spine|mid-thoracic spine|midthoracic spine|mid dorsal spine|lower dorsal spine|upper dorsal spine|"
        "several thoracic levels|multiple thoracic levels|multiple thoracic vertebral bodies|several thoracic vertebrae|thoracic facets|thoracic facet joints|"
        "thoracic pedicles|posterior elements of the thoracic spine|thoracic endplates|dorsal column|thoracic segment|"
        "columna thoracalis|dorsal vertebral bodies|dorsal segments|mid-dorsal vertebrae|dorsal vertebral column|interscapular spine|D spine"
    ),
    "lumbar_spine": _terms(
        "lumbar spine|L-spine|l spine|lower back|lumbar vertebrae|lumbar vertebral bodies|lumbar vertebral column|lumbar column|upper lumbar spine|lower lumbar spine|"
        "mid lumbar spine|mid-lumbar spine|several lumbar levels|multiple lumbar levels|multiple lumbar vertebral bodies|several lumbar vertebrae|lumbar facets|"
        "lumbar facet joints|lumbar pedicles|posterior elements of the lumbar spine|lumbar endplates|lumbar transverse processes|lumbar segment|lumbar levels|"
        "columna lumbalis|lumbar segments of the spine|lumbar vertebral segments"
    ),
    "sacrum": _terms(
        "sacrum|sacral bone|sacral spine|sacral vertebrae|sacral body|sacral segments|sacral ala|left sacral ala|right sacral ala|ala of the sacrum|sacral wing|"
        "bilateral sacral alae|S1|S2|S3|S1 vertebra|S1 vertebral body|S2 segment|S1 segment|first sacral segment|first sacral vertebra|second sacral vertebra|S1-S2|"
        "sacral promontory|median sacral crest|sacral foramen|left hemisacrum|right hemisacrum|upper sacrum|lower sacrum|mid sacrum|left side of the sacrum|right side of the sacrum|"
        "sacrococcygeal region|sacrococcygeal junction|sacrum and coccyx|coccyx|coccygeal bone|tailbone|os sacrum|left lateral sacrum|right lateral sacrum|"
        "os coccygis|os coccyx|sacrococcyx|massa lateralis of the sacrum"
    ),
    "sternum": _terms(
        "sternum|breastbone|breast bone|sternal body|body of the sternum|corpus sterni|gladiolus|mesosternum|manubrium|manubrium sterni|sternal manubrium|"
        "manubrium of the sternum|upper sternum|lower sternum|mid sternum|mid-sternum|distal sternum|proximal sternum|xiphoid|xiphoid process|xiphisternum|xiphisternal joint|"
        "manubriosternal joint|sternomanubrial joint|sternal angle|angle of Louis|sternal notch|suprasternal notch|superior sternum|inferior sternum|sternal bone|"
        "os sternum|manubrium-corpus junction|synchondrosis sternalis"
    ),
    "pelvis": _terms(
        "hemipelvis|hemi-pelvis|innominate bone|hip bone|pelvic bone|side of the pelvis|ilium|iliac bone|iliac wing|iliac ala|ala of the {s} ilium|iliac crest|"
        "crest of the {s} ilium|anterior iliac crest|posterior iliac crest|anterior superior iliac spine|ASIS|anterior inferior iliac spine|AIIS|"
        "posterior superior iliac spine|PSIS|posterior iliac spine|iliac fossa|iliac body|posterior ilium|anterior ilium|medial ilium|lateral ilium|supra-acetabular ilium|"
        "supraacetabular region|acetabulum|acetabular roof|roof of the {s} acetabulum|acetabular dome|acetabular rim|superior acetabulum|inferior acetabulum|"
        "posterior acetabulum|anterior acetabulum|medial acetabular wall|anterior column of the {s} acetabulum|posterior column|acetabular cup|ischium|ischial tuberosity|"
        "ischial ramus|ischial spine|body of the {s} ischium|ischiopubic ramus|inferior ischium|pubis|os pubis|pubic bone|pubic ramus|superior pubic ramus|"
        "inferior pubic ramus|pubic body|body of the {s} pubis|pubic tubercle|parasymphyseal pubis|pubic symphysis|sacroiliac joint|SI joint|SIJ|sacro-iliac joint|"
        "sacroiliac region|iliac side of the {s} sacroiliac joint|hip|hip joint|coxofemoral joint|hip region|obturator ring|"
        "os ilium|os ilii|os ischii|os ischium|os coxae|ala ossis ilii|crista iliaca|coxa|iliosacral joint|ilio-sacral joint|articulatio sacroiliaca|iliopubic ramus|iliopubic eminence|iliopectineal line|spina iliaca|tuber ischiadicum|acetabular fossa"
    ),
    "ribs": _terms(
        "rib|rib cage|ribcage|costal arch|costal margin|anterior rib|posterior rib|lateral rib|anterolateral rib|posterolateral rib|upper rib|lower rib|mid rib|anterior rib end|"
        "costal cartilage|costochondral junction|costosternal junction|costovertebral joint|costotransverse joint|rib head|rib angle|lateral chest wall rib|chest wall rib|"
        "hemithorax|hemithoracic rib|hemithorax rib|side of the rib cage|floating rib|false rib|true rib|axillary rib|posterior rib arc|anterior rib arc|rib shaft|paravertebral rib|"
        "costa|costal arc|rib arch|costal bone|anterior rib arch"
    ),
    "clavicle": _terms(
        "clavicle|collar bone|collarbone|clavicula|clavicular head|medial clavicle|lateral clavicle|distal clavicle|proximal clavicle|mid clavicle|midclavicle|mid-shaft of the {s} clavicle|"
        "medial end of the {s} clavicle|lateral end of the {s} clavicle|sternal end of the {s} clavicle|acromial end of the {s} clavicle|outer third of the {s} clavicle|"
        "inner third of the {s} clavicle|clavicular shaft|sternoclavicular joint|sterno-clavicular joint|SC joint|sternoclavicular junction|head of the {s} clavicle|"
        "claviculo-sternal joint|SCJ|extremitas acromialis of the {s} clavicle"
    ),
    "scapula": _terms(
        "scapula|shoulder blade|scapular body|body of the {s} scapula|scapular spine|spine of the {s} scapula|scapular wing|scapular tip|tip of the {s} scapula|inferior scapula|inferior scapular angle|"
        "inferior angle of the {s} scapula|superior angle of the {s} scapula|superior scapular border|medial scapular border|lateral scapular border|scapular neck|glenoid|glenoid fossa|"
        "glenoid of the {s} scapula|glenoid rim|scapular glenoid|coracoid|coracoid process|acromion|acromion process|acromial process|acromioclavicular joint|AC joint|ACJ|"
        "acromio-clavicular joint|supraspinous fossa|infraspinous fossa|lateral scapula|medial scapula|"
        "acromio-clavicular articulation|spina scapulae|angulus inferior of the {s} scapula|scapulothoracic region"
    ),
    "humerus": _terms(
        "humerus|upper arm|arm bone|upper arm bone|humeral head|head of the {s} humerus|humeral neck|surgical neck of the {s} humerus|anatomical neck of the {s} humerus|surgical neck|"
        "greater tuberosity|greater tuberosity of the {s} humerus|lesser tuberosity|lesser tubercle|greater tubercle|bicipital groove|proximal humerus|upper humerus|proximal humeral metaphysis|"
        "proximal humeral shaft|proximal third of the {s} humerus|humeral shaft|shaft of the {s} humerus|mid humerus|mid humeral shaft|midshaft of the {s} humerus|humeral diaphysis|humeral midshaft|"
        "distal humerus|lower humerus|distal humeral metaphysis|humeral condyle|medial epicondyle|lateral epicondyle|medial epicondyle of the {s} humerus|lateral epicondyle of the {s} humerus|capitellum|"
        "trochlea|supracondylar humerus|shoulder|shoulder joint|glenohumeral joint|gleno-humeral joint|GH joint|shoulder region|elbow|elbow joint|cubital joint|elbow region|"
        "caput humeri|collum chirurgicum|tuberculum majus|tuberculum minus|scapulohumeral joint|humeroscapular joint|cubitus|articulatio humeri"
    ),
    "forearm": _terms(
        "forearm|forearm bone|radius|ulna|radius and ulna|radial head|head of the {s} radius|radial neck|radial tuberosity|proximal radius|distal radius|radial shaft|mid radius|radial diaphysis|"
        "radial styloid|styloid process of the {s} radius|proximal ulna|distal ulna|ulnar shaft|mid ulna|ulnar diaphysis|ulnar styloid|ulnar head|olecranon|olecranon process|olecranon of the {s} ulna|"
        "coronoid process of the {s} ulna|lower arm|proximal forearm|distal forearm|distal radioulnar joint|proximal radioulnar joint|"
        "caput radii|os radii|processus styloideus radii|antebrachium|radius shaft"
    ),
    "hand": _terms(
        "hand|hand bone|bones of the {s} hand|small joint of the {s} hand|wrist|wrist joint|radiocarpal joint|carpus|carpal bone|carpals|carpal region|scaphoid|scaphoid bone|navicular of the {s} wrist|lunate|triquetrum|"
        "pisiform|trapezium|trapezoid|capitate|hamate|hamate bone|first carpometacarpal joint|1st CMC joint|carpometacarpal joint|basal joint of the {s} thumb|thumb|thumb base|base of the {s} thumb|"
        "metacarpal|metacarpal bone|first metacarpal|1st metacarpal|second metacarpal|5th metacarpal|fifth metacarpal|metacarpophalangeal joint|MCP joint|first MCP joint|finger|index finger|"
        "middle finger|ring finger|little finger|interphalangeal joint|PIP joint|DIP joint|proximal phalanx of the {s} thumb|distal phalanx of the {s} hand|finger joint|digit of the {s} hand|"
        "CMC I joint|CMC1 joint|MCP I joint|saddle joint of the {s} thumb|STT joint|os scaphoideum|os lunatum|metacarpus|carpometacarpal joint I|trapeziometacarpal joint|thumb saddle joint|pollex"
    ),
    "femur": _terms(
        "femur|thigh bone|thighbone|thigh|femoral bone|femoral head|head of the {s} femur|femoral neck|neck of the {s} femur|femoral head and neck|subcapital femur|greater trochanter|lesser trochanter|"
        "greater trochanter of the {s} femur|lesser trochanter of the {s} femur|trochanter|trochanteric region|peritrochanteric region|intertrochanteric femur|intertrochanteric region|"
        "intertrochanteric region of the {s} femur|subtrochanteric femur|subtrochanteric region|proximal femur|upper femur|proximal femoral shaft|proximal third of the {s} femur|femoral shaft|"
        "shaft of the {s} femur|mid femur|mid femoral shaft|femoral midshaft|femoral diaphysis|midshaft of the {s} femur|distal femur|lower femur|distal femoral metaphysis|distal femoral shaft|"
        "distal third of the {s} femur|supracondylar femur|femoral condyle|medial femoral condyle|lateral femoral condyle|medial condyle of the {s} femur|femoral epicondyle|intercondylar notch|knee|"
        "knee joint|medial knee|lateral knee|medial compartment of the {s} knee|lateral compartment of the {s} knee|patellofemoral joint|patellofemoral compartment|tibiofemoral joint|knee region|"
        "caput femoris|collum femoris|trochanter major|trochanter minor|condylus medialis of the {s} femur|femoral corpus|femorotibial joint|femoropatellar joint|genu|articulatio genus|femoral metadiaphysis"
    ),
    "patella": _terms(
        "patella|kneecap|knee cap|knee-cap|patellar bone|patellar pole|superior pole of the {s} patella|inferior pole of the {s} patella|upper pole of the {s} patella|lower pole of the {s} patella|"
        "os patellae|patellar apex|basis patellae"
    ),
    "leg": _terms(
        "lower leg|leg bone|shin|shin bone|shinbone|tibia|fibula|tibia and fibula|tibia/fibula|tib/fib|tibial plateau|medial tibial plateau|lateral tibial plateau|proximal tibia|upper tibia|"
        "tibial tuberosity|tibial tubercle|tibial condyle|medial tibial condyle|proximal tibial metaphysis|tibial shaft|shaft of the {s} tibia|mid tibia|mid tibial shaft|tibial midshaft|tibial diaphysis|"
        "tibial crest|distal tibia|lower tibia|distal tibial metaphysis|tibial plafond|tibial pilon|medial malleolus|lateral malleolus|posterior malleolus|malleolus|fibular head|head of the {s} fibula|"
        "fibular neck|proximal fibula|fibular shaft|fibular diaphysis|distal fibula|proximal tibiofibular joint|distal tibiofibular syndesmosis|calf bone|"
        "crus|caput fibulae|pilon tibiale|malleolus medialis|malleolus lateralis|tibial head|condylus tibiae|crural bone|tibial metadiaphysis"
    ),
    "foot": _terms(
        "foot|foot bone|bones of the {s} foot|small joint of the {s} foot|ankle|ankle joint|tibiotalar joint|talocrural joint|ankle mortise|ankle region|hindfoot|hind foot|midfoot|mid foot|mid-foot|forefoot|"
        "fore foot|calcaneus|calcaneum|os calcis|heel|heel bone|plantar calcaneus|posterior calcaneus|calcaneal tuberosity|talus|talar dome|astragalus|subtalar joint|talonavicular joint|"
        "calcaneocuboid joint|tarsus|tarsal bone|tarsal region|tarsal navicular|cuboid|cuneiform|medial cuneiform|tarsometatarsal joint|Lisfranc joint|metatarsal|first metatarsal|1st metatarsal|"
        "second metatarsal|fifth metatarsal|5th metatarsal|metatarsal head|first metatarsophalangeal joint|1st MTP joint|MTP joint|metatarsophalangeal joint|great toe|big toe|hallux|toe|second toe|"
        "sesamoid of the {s} foot|phalanx of the {s} great toe|intertarsal joint|"
        "pes|hallux MTP joint|MTP I joint|MTP1 joint|MTP-1 joint|basal joint of the {s} great toe|os naviculare|metatarsus|metatarsal I|midtarsal joint|Chopart joint|tuber calcanei|os metatarsale I|upper ankle joint|lower ankle joint|tarsometatarsal region"
    ),
}

GROUPS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms(
        "spine|entire spine|vertebral column|spinal column|whole spine|vertebrae|vertebral bodies|multiple vertebral bodies|multiple vertebrae|cervical, thoracic and lumbar spine|backbone|"
        "cervicothoracolumbar spine|columna vertebralis|all segments of the spine|spinal segments|multiple levels of the spine|numerous vertebrae|entire vertebral column"
    ), SPINE),
    (_terms("thoracolumbar spine|thoraco-lumbar spine|dorsolumbar spine|thoracic and lumbar spine|thoracolumbar junction|thoracic and lumbar vertebrae|T and L spine|dorsal and lumbar spine"),
     ("thoracic_spine", "lumbar_spine")),
    (_terms("cervicothoracic spine|cervical and thoracic spine|cervico-thoracic spine|cervicothoracic junction|cervicodorsal spine|cervical and dorsal spine"), ("cervical_spine", "thoracic_spine")),
    (_terms("lumbosacral spine|lumbosacral junction|lumbo-sacral spine|lumbar spine and sacrum|lumbosacral region|LS spine"), ("lumbar_spine", "sacrum")),
    (_terms("pelvis|bony pelvis|pelvic bones|pelvic girdle|pelvic ring|osseous pelvis|entire pelvis|multiple pelvic bones|pelvic skeleton|hemipelves"), both_sides("pelvis")),
    (_terms(
        "appendicular skeleton|extremities|limbs|long bones|bones of the extremities|limb bones|long bones of the extremities|peripheral skeleton|four limbs|upper and lower extremities|arms and legs"
    ), ARMS + LEGS),
    (_terms("upper limbs|upper extremities|arms|both arms|bilateral upper extremities|both upper limbs|bones of the upper limbs"), ARMS),
    (_terms("lower limbs|lower extremities|legs|both legs|bilateral lower extremities|both lower limbs|bones of the lower limbs"), LEGS),
    (_terms("thoracic cage|bony thorax|thorax|thoracic skeleton|ribs and sternum|sternum and ribs|bony chest wall|sternum and bilateral ribs|thoracic bones"), ("sternum", *both_sides("ribs"))),
    (_terms("axial skeleton|axial bones|bones of the axial skeleton|axial part of the skeleton"), AXIAL),
    (_terms("bones of the trunk|trunk bones|truncal skeleton|trunk skeleton"), TRUNK),
    (_terms("L5/S1|L5-S1|L5–S1|L5-S1 level|L5/S1 facet joints|L5-S1 disc space|L5/S1 segment|L5 and S1"), ("vertebra_L5", "sacrum")),
    (_terms("ribs on both sides|multiple bilateral ribs|several ribs bilaterally|multiple ribs bilaterally|multiple ribs|numerous ribs|several ribs"), both_sides("ribs")),
    (_terms("shoulder girdles|shoulder girdle bilaterally|both shoulder girdles|pectoral girdle|clavicles and scapulae|bilateral shoulder girdles"), both_sides("clavicle", "scapula")),
)  # fmt: skip
# Groups that have a side: the regions that "left arm" means on the left.
SIDED_GROUPS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms("shoulder girdle|pectoral girdle|bones of the {s} shoulder girdle|clavicle and scapula"), ("clavicle", "scapula")),
    (_terms("upper limb|upper extremity|arm|bones of the {s} upper limb|long bones of the {s} upper limb|bones of the {s} arm|upper limb bone"), ("humerus", "forearm", "hand")),
    (_terms("lower limb|lower extremity|leg|bones of the {s} lower limb|long bones of the {s} lower extremity|bones of the {s} leg|lower limb bone"), ("femur", "patella", "leg", "foot")),
)  # fmt: skip
# Adjectives that stand for a place before a word for a lesion: "sternal metastasis".
ADJECTIVES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms("cervical"), ("cervical_spine",)),
    (_terms("thoracic|dorsal"), ("thoracic_spine",)),
    (_terms("lumbar"), ("lumbar_spine",)),
    (_terms("vertebral|spinal|multilevel spinal"), SPINE),
    (_terms("thoracolumbar|dorsolumbar"), ("thoracic_spine", "lumbar_spine")),
    (_terms("lumbosacral"), ("lumbar_spine", "sacrum")),
    (_terms("cervicothoracic|cervicodorsal"), ("cervical_spine", "thoracic_spine")),
    (_terms("sacral|coccygeal"), ("sacrum",)),
    (_terms("sternal|manubrial"), ("sternum",)),
    (_terms("calvarial|cranial|skull|skull base"), ("skull",)),
    (_terms("mandibular"), ("mandible",)),
    (_terms("pelvic|bilateral iliac"), both_sides("pelvis")),
    (_terms("costal|bilateral rib|rib"), both_sides("ribs")),
    (_terms("bilateral femoral"), both_sides("femur")),
    (_terms("left femoral"), ("femur_left",)),
    (_terms("right femoral"), ("femur_right",)),
    (_terms("left humeral"), ("humerus_left",)),
    (_terms("right humeral"), ("humerus_right",)),
    (_terms("left iliac|left acetabular|left pubic|left ischial"), ("pelvis_left",)),
    (_terms("right iliac|right acetabular|right pubic|right ischial"), ("pelvis_right",)),
    (_terms("left scapular"), ("scapula_left",)),
    (_terms("right scapular"), ("scapula_right",)),
    (_terms("left clavicular"), ("clavicle_left",)),
    (_terms("right clavicular"), ("clavicle_right",)),
    (_terms("left tibial"), ("leg_left",)),
    (_terms("right tibial"), ("leg_right",)),
    (_terms("left costal"), ("ribs_left",)),
    (_terms("right costal"), ("ribs_right",)),
)  # fmt: skip
SIDES: dict[str, tuple[str, ...]] = {
    "left": _terms("left|left|left|left|left|L|Lt|lt|Lt.|left-sided|left sided"),
    "right": _terms("right|right|right|right|right|R|Rt|rt|Rt.|right-sided|right sided"),
    "both": _terms(
        "bilateral|bilateral|both|right and left|left and right|bilat|bil|b/l|B/L|R and L|L and R|left & right|bilat"
    ),
}
# What stands before a level ("spinous process of T8") or after it ("T8 spinous process").
VERTEBRA_PARTS = _terms(
    "vertebra|vertebral body|body|vertebral level|level|segment|spinous process|left pedicle|right pedicle|pedicle|lamina|left lamina|left transverse process|right transverse process|"
    "transverse process|facet joint|left facet|right facet|facet|posterior elements|superior endplate|inferior endplate|upper endplate|end plate|left lateral aspect|right side|"
    "anterior aspect|left articular process|pars interarticularis|right half|neural arch"
)
RIB_PARTS = _terms(
    "anterior|posterior|lateral|anterolateral|posterolateral|posterior aspect of|anterior aspect of|lateral aspect of|anterior arc of|posterior arc of|lateral arc of|anterior end of|"
    "posterior end of|sternal end of|vertebral end of|head of|neck of|tubercle of|angle of|shaft of|costochondral junction of|costovertebral junction of|axillary portion of|anterior portion of|"
    "posterior portion of|mid|midportion of|anteriorly|posteriorly|laterally"
)
NAMED_VERTEBRAE: dict[str, tuple[str, ...]] = {
    "C1": _terms("atlas|atlas vertebra|lateral mass of the atlas|arch of the atlas"),
    "C2": _terms("axis|axis vertebra|dens|odontoid|odontoid process|odontoid peg"),
    "C7": _terms("vertebra prominens"),
}
WHOLE = _terms(
    "the skeleton|the whole skeleton|the entire skeleton|the skeletal system|all bones|the bones|the osseous structures|the bony skeleton|the osseous skeleton|the axial and appendicular skeleton|"
    "the imaged skeleton|the visualized skeleton|the visualised skeleton|the skeletal structures|the whole body skeleton|the bony structures|the total skeleton|axial and appendicular bones|skeleton"
)
REST = _terms(
    "the rest of the skeleton|the remainder of the skeleton|the remaining skeleton|the remaining bones|the remainder of the bones|the rest of the bones|other bones|the other bones|remaining osseous structures|"
    "the remaining bony skeleton|the remainder of the osseous structures|the remainder of the axial and appendicular skeleton|the rest of the bony structures|all other bones|other skeletal sites|other sites|"
    "the remaining skeletal structures|the residual skeleton|the balance of the skeleton|the skeleton elsewhere|remainder of visualized skeleton|the rest of the visualised bones"
)
ELSEWHERE = _terms(
    "elsewhere|elsewhere in the skeleton|at other sites|in other bones|in the other bones|elsewhere within the bones|in the remaining skeleton|in the rest of the skeleton|in the remainder of the skeleton|"
    "at any other site|in any other bone|outside these sites"
)
THROUGHOUT = _terms(
    "throughout the skeleton|in the skeleton|throughout the bones|in the axial and appendicular skeleton|throughout the axial skeleton|throughout the axial and appendicular skeleton|across the skeleton|"
    "in virtually all bones|within the skeletal system|in the imaged skeleton|in the visualized bones|anywhere in the skeleton|in any bone|in the bony skeleton"
)
ABOVE = _terms(
    "the above findings|the above lesions|the above|these findings|these lesions|these foci|the above foci|the above areas|these areas|the aforementioned lesions|the described lesions|the foci described above|"
    "the above-described foci|the abnormalities above|these abnormalities|the reported foci|the areas listed above|all these sites|the said areas|the lesions mentioned"
)
