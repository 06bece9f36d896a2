"""English words for benign diseases: those that any place may have, and those that name their place themselves."""

from __future__ import annotations


def _terms(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split("|"))


# Of any place; the sentence says which one.
KINDS = _terms(
    "degenerative change|degenerative changes|degenerative disease|degenerative joint disease|DJD|degenerative disc disease|DDD|degeneration|osteoarthritis|OA|osteoarthrosis|arthrosis|arthritis|arthritic change|arthritic changes|"
    "arthropathy|facet arthropathy|facet arthrosis|facet osteoarthritis|spondylosis|spondylosis deformans|osteophytes|osteophytosis|bony spurring|spurring|an osteophyte|spur formation|hypertrophic change|"
    "gout|gouty arthritis|rheumatoid arthritis|inflammatory arthritis|synovitis|tendinitis|tendinopathy|enthesopathy|enthesitis|bursitis|stress reaction|stress fracture|insufficiency fracture|a fracture|"
    "fracture|old fracture|healing fracture|healed fracture|recent fracture|compression fracture|osteoporotic fracture|vertebral collapse due to osteoporosis|fracture healing|callus|trauma|previous trauma|"
    "prior injury|injury|post-traumatic change|posttraumatic changes|post-surgical change|postoperative change|previous surgery|arthroplasty|orthopaedic hardware|prosthetic loosening|infection|osteomyelitis|"
    "inflammation|inflammatory change|Paget's disease|Paget disease|fibrous dysplasia|enchondroma|hemangioma|haemangioma|bone island|bone cyst|osteoid osteoma|Schmorl's node|avascular necrosis|osteonecrosis|AVN|"
    "hyperostosis|DISH|a benign process|benign disease|benign change|a benign lesion|a benign aetiology|non-malignant disease|normal variant|reactive change|mechanical stress|overuse|muscle attachment|"
    # rarer ones, and the words of other schools
    "spondylarthrosis|spondyloarthrosis|spondylarthritis|spondylodiscitis|osteochondrosis|intervertebral osteochondrosis|costovertebral arthrosis|activated arthrosis|erosive osteoarthritis|polyarthrosis|"
    "Schmorl's nodes|Schmorl nodes|Modic changes|Modic type 1 changes|Modic I endplate changes|endplate degeneration|diffuse idiopathic skeletal hyperostosis|Forestier disease|Baastrup disease|kissing spine|"
    "renal osteodystrophy|CKD-MBD|hyperparathyroidism|a brown tumour|osteomalacia|a Looser zone|Looser zones|pseudofractures|hypertrophic osteoarthropathy|HPOA|hypertrophic pulmonary osteoarthropathy|periostitis|periosteal reaction|"
    "polyostotic fibrous dysplasia|monostotic fibrous dysplasia|polyostotic Paget's disease|osteitis deformans|melorheostosis|osteopoikilosis|osteopetrosis|non-ossifying fibroma|osteochondroma|an exostosis|aneurysmal bone cyst|"
    "giant cell tumour|eosinophilic granuloma|SAPHO|bone infarct|bone infarction|medullary infarct|bone marrow oedema|transient osteoporosis|CRPS|complex regional pain syndrome|Sudeck's atrophy|reflex sympathetic dystrophy|"
    "heterotopic ossification|myositis ossificans|heterotopic bone|shin splints|a stress response|a march fracture|an occult fracture|a hairline fracture|a fatigue fracture|"
    "non-union|delayed union|pseudarthrosis|an avulsion injury|a crush fracture|wedge compression|osteoporotic collapse|vertebroplasty|kyphoplasty|cement augmentation|bone graft|a donor site|aseptic loosening|septic arthritis|"
    "chronic osteomyelitis|tuberculosis|Brodie abscess|radiation change|radiation osteitis|osteoradionecrosis|post-irradiation change|seronegative arthritis|ankylosing spondylitis|psoriatic arthritis|CPPD|chondrocalcinosis|pseudogout|"
    "Charcot arthropathy|neuropathic joint|haemophilic arthropathy|avascular change|subchondral sclerosis|a subchondral cyst|a geode|chondromalacia|meniscal pathology|facet joint disease|osteitis|a haemangioma|a vertebral haemangioma"
)
# Diseases that name their place: with a side on that side, without one on both; "{s}" is where the side stands.
NAMED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms("gonarthrosis|gonarthritis|gonarthrotic change|medial gonarthrosis|femorotibial gonarthrosis|retropatellar arthrosis|femoropatellar arthrosis|Baker cyst"), ("femur",)),
    (_terms("coxarthrosis|coxarthritis|coxitis|coxopathy|coxarthrotic change|femoroacetabular impingement|protrusio acetabuli|sacroiliitis|sacroiliac arthrosis"), ("pelvis",)),
    (_terms("omarthrosis|omarthritis|frozen shoulder|rotator cuff disease|rotator cuff arthropathy|tennis elbow|cubital arthrosis|humeroscapular periarthritis|subacromial bursitis"), ("humerus",)),
    (_terms("rhizarthrosis|Heberden nodes|Bouchard nodes|Heberden's arthrosis|STT arthrosis|trapeziometacarpal arthrosis|de Quervain disease|carpal arthrosis|Kienböck disease|Dupuytren disease"), ("hand",)),
    (_terms("hallux valgus|hallux rigidus|pes planus|pes planovalgus|pes cavus|plantar fasciitis|calcaneal spur|heel spur|Achilles tendinopathy|Achilles enthesopathy|Morton neuroma|Haglund deformity|podagra|"
            "metatarsalgia|tarsal coalition|Charcot foot|sesamoiditis|Freiberg disease|talocrural arthrosis"), ("foot",)),
    (_terms("AC arthrosis|acromioclavicular arthrosis|AC joint arthropathy"), ("scapula",)),
    (_terms("SC arthrosis|sternoclavicular arthritis|sternoclavicular hyperostosis|Friedrich disease"), ("clavicle",)),
    (_terms("tibial shin splints|medial tibial stress syndrome|Osgood-Schlatter disease"), ("leg",)),
    (_terms("trochanteric bursitis|Perthes disease|femoral head necrosis|gluteal tendinopathy|coxa vara"), ("femur",)),
    (_terms("costochondritis|Tietze syndrome|costochondral arthropathy"), ("ribs",)),
    (_terms("chondromalacia patellae|patellar tendinopathy|bipartite patella"), ("patella",)),
)  # fmt: skip
# The same of unpaired places, and of both sides where the disease lies in the middle.
NAMED_UNSIDED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_terms("hyperostosis frontalis interna|HFI|frontal hyperostosis|hyperostosis frontalis|leontiasis ossea"), ("skull",)),
    (_terms("uncarthrosis|uncovertebral arthrosis"), ("cervical_spine",)),
    (_terms("Scheuermann disease|dowager's hump"), ("thoracic_spine",)),
    (_terms("osteitis pubis|osteitis condensans ilii|symphysitis"), ("pelvis_left", "pelvis_right")),
    (_terms("coccydynia|coccygodynia|Honda sign"), ("sacrum",)),
    (_terms("manubriosternal arthritis|sternotomy change"), ("sternum",)),
    (_terms("TMJ arthrosis|osteonecrosis of the jaw|MRONJ|ONJ"), ("mandible",)),
)  # fmt: skip
