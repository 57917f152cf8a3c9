import json

import numpy as np
import pytest

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.options import Dialect, LabelRule, Rule, Thresholds
from edam_gui.core.palette import voc_palette


def test_voc_palette_has_the_well_known_colours() -> None:
    palette = voc_palette()
    assert palette[1].tolist() == [128, 0, 0]
    assert palette[8].tolist() == [64, 0, 0]
    assert palette[15].tolist() == [192, 128, 128]
    assert palette[20].tolist() == [0, 64, 128]
    assert palette[255].tolist() == [224, 224, 192]


def test_voc_names_and_common_aliases_are_understood() -> None:
    assert len(PASCAL_VOC) == 20
    assert PASCAL_VOC.names[0] == "background"
    assert PASCAL_VOC.index("person") == 15
    for alias, name in [("tv/monitor", "tvmonitor"), ("TV", "tvmonitor"), ("Motorcycle", "motorbike")]:
        assert PASCAL_VOC.index(alias) == PASCAL_VOC.index(name)
    for alias, name in [("couch", "sofa"), ("airplane", "aeroplane"), ("potted plant", "pottedplant")]:
        assert PASCAL_VOC.index(alias) == PASCAL_VOC.index(name)
    assert PASCAL_VOC.index("dining table") == 11


def test_an_unknown_name_is_named_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match=r"'unicorn' is not one of the 20 classes \(aeroplane, .*tvmonitor\)"):
        PASCAL_VOC.index("unicorn")


def test_a_class_of_that_name_wins_over_an_alias() -> None:
    labels = LabelSet.from_names(["tv", "tvmonitor"])
    assert (labels.index("tv"), labels.index("tvmonitor")) == (1, 2)


def test_json_round_trip_keeps_names_and_colours() -> None:
    labels = LabelSet.from_json('{"classes": [{"name": "Blatt", "color": [1, 2, 3]}, "Stängel"]}')
    again = LabelSet.from_json(labels.to_json())
    assert again == labels
    assert labels.palette[1].tolist() == [1, 2, 3]
    assert labels.palette[2].tolist() == voc_palette()[2].tolist()


def test_a_leading_background_is_index_0() -> None:
    assert LabelSet.from_json('["background", "cat"]').index("cat") == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("3", "list of names"),
        ("[]", "holds 0"),
        ("[3]", "neither a name nor an object"),
        ('["cat", "Cat"]', "occurs twice"),
        ('[" "]', "has no name"),
        ('[{"name": "cat", "color": [1, 2]}]', "three numbers"),
        ('[{"name": "cat", "color": [1, 2, 256]}]', "three numbers"),
    ],
)
def test_a_bad_class_file_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        LabelSet.from_json(text)


def test_254_classes_are_the_limit() -> None:
    names = [f"c{i}" for i in range(300)]
    assert LabelSet.from_json(json.dumps(names[:254])).index("c253") == 254
    with pytest.raises(OptionError, match="1 to 254 classes"):
        LabelSet.from_names(names[:255])
    with pytest.raises(OptionError, match="holds 300"):
        LabelSet.from_names(names)


@pytest.mark.parametrize(("name", "value"), [("theta", np.inf), ("alpha", np.nan), ("beta", 1.5), ("background", -0.1)])
def test_thresholds_outside_their_range_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(OptionError, match=name):
        Thresholds(**{name: value})


def test_the_region_rule_is_for_the_paper_dialect_only() -> None:
    with pytest.raises(OptionError, match="'paper' dialect only"):
        LabelRule(Dialect.REFERENCE, Rule.REGION)
