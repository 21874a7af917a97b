"""The code sets of the children looked after return (SSDA903) that describe a child. The codes are the DfE's."""

SEX = [("F", "Female"), ("M", "Male"), ("U", "Not recorded")]
SEX_IN_RETURN = {"1": "M", "2": "F", "M": "M", "F": "F", "U": "U"}

ETHNICITY = [
    ("WBRI", "White British"),
    ("WIRI", "White Irish"),
    ("WIRT", "Traveller of Irish heritage"),
    ("WOTH", "Any other White background"),
    ("WROM", "Gypsy or Roma"),
    ("MWBC", "White and Black Caribbean"),
    ("MWBA", "White and Black African"),
    ("MWAS", "White and Asian"),
    ("MOTH", "Any other mixed background"),
    ("AIND", "Indian"),
    ("APKN", "Pakistani"),
    ("ABAN", "Bangladeshi"),
    ("AOTH", "Any other Asian background"),
    ("BCRB", "Black Caribbean"),
    ("BAFR", "Black African"),
    ("BOTH", "Any other Black background"),
    ("CHNE", "Chinese"),
    ("OOTH", "Any other ethnic group"),
    ("REFU", "Refused"),
    ("NOBT", "Not yet obtained"),
]

NEED = [
    ("N1", "Abuse or neglect"),
    ("N2", "Child’s disability"),
    ("N3", "Parental illness or disability"),
    ("N4", "Family in acute stress"),
    ("N5", "Family dysfunction"),
    ("N6", "Socially unacceptable behaviour"),
    ("N7", "Low income"),
    ("N8", "Absent parenting"),
]

LEGAL_STATUS = [
    ("C1", "Interim care order"),
    ("C2", "Full care order"),
    ("D1", "Freeing order"),
    ("E1", "Placement order"),
    ("J1", "Remanded to local authority accommodation or youth detention"),
    ("J2", "Detained under PACE"),
    ("J3", "Youth rehabilitation order with residence or fostering"),
    ("L1", "Police protection"),
    ("L2", "Emergency protection order"),
    ("L3", "Child assessment order"),
    ("V2", "Accommodated under section 20"),
    ("V3", "Short breaks, agreed series (each break counted)"),
    ("V4", "Short breaks, agreed series"),
]
SHORT_BREAKS = ("V3", "V4")

REASON_CEASED = [
    ("E11", "Adopted, application unopposed"),
    ("E12", "Adopted, consent dispensed with"),
    ("E2", "Died"),
    ("E3", "Care taken over by another authority"),
    ("E4A", "Returned home, planned"),
    ("E4B", "Returned home, unplanned"),
    ("E5", "Independent living, supported"),
    ("E6", "Independent living, no support"),
    ("E7", "Moved to adult social care"),
    ("E8", "Ceased for any other reason"),
    ("E9", "Sentenced to custody"),
    ("E13", "Left care to live with someone without parental responsibility"),
    ("E14", "Accommodation on remand ended"),
    ("E15", "Age assessed as 18 or over"),
    ("E16", "Moved abroad"),
    ("E17", "Aged 18 and stayed with the same carers"),
    ("E41", "Child arrangements order"),
    ("E45", "Special guardianship, former foster carer, relative or friend"),
    ("E46", "Special guardianship, other former foster carer"),
    ("E47", "Special guardianship, other relative or friend"),
    ("E48", "Special guardianship, other carer"),
]

WORKER_CHANGE = [
    ("MANAGE", "Change of team or management decision"),
    ("FCONTA", "First contact"),
    ("LEFTRL", "Worker left the role"),
    ("ORGRST", "Organisational restructure"),
    ("TSPROC", "Transferred under the usual process"),
    ("ABSENC", "Worker absent"),
    ("CHCHAN", "Child asked for a change"),
    ("PCCHAN", "Parent or carer asked for a change"),
    ("SWDIED", "Worker died"),
    ("OTHERS", "Other"),
]
