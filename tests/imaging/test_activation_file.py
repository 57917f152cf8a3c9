"""Activation maps of any of the known forms become masks of the photo's size; saving them loses nothing."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.errors import InputFileError, OptionError, OutputError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.options import ScoreForm
from edam_gui.imaging.activation_file import MaskKeys, read_activation_masks, write_activation_masks
from edam_gui.imaging.photo import Photo, upright

GOLDEN = Path(__file__).parents[1] / "golden" / "masks"
RNG = np.random.default_rng(3)
THREE = LabelSet.from_names(["cat", "dog", "cow"])


def photo(width: int = 12, height: int = 8, orientation: int = 1) -> Photo:
    size = (height, width) if orientation >= 5 else (width, height)
    return Photo(np.zeros((height, width, 3), np.uint8), size, orientation)


def mask(height: int = 8, width: int = 12) -> np.ndarray:
    return RNG.random((height, width), np.float32)


def saved(folder: Path, content: object) -> Path:
    np.save(folder / "a.npy", content)
    return folder / "a.npy"


def test_authors_masks_count_classes_from_0(tmp_path: Path) -> None:
    content = {14: mask(), 2: mask()}
    loaded = read_activation_masks(saved(tmp_path, content), photo(), PASCAL_VOC, score_form=ScoreForm.MAX)
    assert loaded.masks.classes == (3, 15)
    assert loaded.notices == ()
    assert np.array_equal(loaded.masks.scores(ScoreForm.MAX).values, [content[2], content[14]])


def test_authors_crf_files_count_the_background_as_0(tmp_path: Path) -> None:
    content = {0: mask(), 20: mask()}
    path = saved(tmp_path, content)
    masks = read_activation_masks(path, photo(), PASCAL_VOC, mask_keys=MaskKeys.CRF).masks
    assert masks.classes == (0, 20)
    assert np.array_equal(masks.scores(ScoreForm.MEAN).values[1], content[20])
    with pytest.raises(InputFileError, match=r"a\.npy: .*class index 20.*--mask-keys crf"):
        read_activation_masks(path, photo(), PASCAL_VOC)


@pytest.mark.parametrize("form", [ScoreForm.MEAN, ScoreForm.MAX])
def test_scores_in_range_are_used_as_they_are(tmp_path: Path, form: ScoreForm) -> None:
    half = mask() / 2
    masks = read_activation_masks(saved(tmp_path, {0: half}), photo(), THREE, score_form=form).masks
    assert np.array_equal(masks.scores(form).values[0], half)
    assert masks.tiny_classes() == ()


def test_mean_scores_cannot_be_made_from_max_scores_of_others(tmp_path: Path) -> None:
    masks = read_activation_masks(saved(tmp_path, {0: mask()}), photo(), THREE, score_form=ScoreForm.MAX).masks
    with pytest.raises(OptionError, match="score-form max"):
        masks.scores(ScoreForm.MEAN)


def test_values_above_1_need_the_max_form(tmp_path: Path) -> None:
    path = saved(tmp_path, {1: mask() * 40})
    for form in (None, ScoreForm.MEAN):
        with pytest.raises(InputFileError, match=r"in the mask of dog, outside 0 to 1; --score-form max"):
            read_activation_masks(path, photo(), THREE, score_form=form)
    loaded = read_activation_masks(path, photo(), THREE, score_form=ScoreForm.MAX)
    assert loaded.masks.scores(ScoreForm.MAX).values.max() == 1.0
    assert loaded.notices == ()


def test_values_below_0_become_0_in_the_max_form_and_this_is_said(tmp_path: Path) -> None:
    plane = mask() * 4 - 1
    path = saved(tmp_path, {1: plane})
    loaded = read_activation_masks(path, photo(), THREE, score_form=ScoreForm.MAX)
    scores = loaded.masks.scores(ScoreForm.MAX).values[0]
    assert np.array_equal(scores == 0, plane <= 0)
    assert loaded.notices == ("a.npy: values below 0 in the activation masks were taken as 0.",)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_values_that_are_not_finite_are_refused(tmp_path: Path, bad: float) -> None:
    plane = mask().astype(np.float64)
    plane[3, 4] = bad
    with pytest.raises(InputFileError, match="not finite numbers in the mask of cat"):
        read_activation_masks(saved(tmp_path, {0: plane}), photo(), THREE, score_form=ScoreForm.MAX)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ({3: np.zeros((8, 12), np.float32)}, "3 classes are 0 to 2"),
        ({-1: np.zeros((8, 12), np.float32)}, "class index -1"),
        ({0: np.zeros((2, 8, 12), np.float32)}, "height x width"),
        ({0: 1.0}, "height x width"),
        ({"cat": np.zeros((8, 12), np.float32)}, "'cat' is not a class index"),
        ({0: np.zeros((0, 12), np.float32)}, "no numbers in the mask of cat"),
        ({0: np.full((8, 12), "a")}, "no numbers in the mask of cat"),
        ({"keys": np.array([0]), "cam": np.zeros((2, 8, 12), np.float32)}, "2 masks, but 'keys' names 1"),
        ({"keys": np.array([0, 0]), "cam": np.zeros((2, 8, 12), np.float32)}, "names a class twice"),
        ({"keys": np.array([0.5]), "cam": np.zeros((1, 8, 12), np.float32)}, "class indices under 'keys'"),
        ({"keys": np.array([0])}, "no 'high_res' or 'cam'"),
        (np.zeros((5, 8, 12), np.float32), "5 x 8 x 12 without class indices; 3 or 4 channels"),
        (np.zeros((8, 12), np.float32), "without class indices"),
    ],
)
def test_what_cannot_be_understood_is_named(tmp_path: Path, content: object, cause: str) -> None:
    with pytest.raises(InputFileError, match=cause):
        read_activation_masks(saved(tmp_path, content), photo(), THREE)


def test_plain_arrays_need_one_channel_per_class(tmp_path: Path) -> None:
    stack = RNG.random((4, 8, 12), np.float32)
    loaded = read_activation_masks(saved(tmp_path, stack), photo(), THREE)
    assert loaded.masks.classes == (0, 1, 2, 3)
    assert "first was taken as the background" in loaded.notices[0]
    assert np.array_equal(loaded.masks.values, stack)
    loaded = read_activation_masks(saved(tmp_path, stack[1:]), photo(), THREE)
    assert loaded.masks.classes == (1, 2, 3)
    assert loaded.notices == ()


def test_irn_files_prefer_the_full_resolution() -> None:
    loaded = read_activation_masks(GOLDEN / "irn_torch.npy", photo(), PASCAL_VOC)
    assert loaded.masks.classes == (4, 8)
    assert loaded.notices == ()
    assert np.allclose(loaded.masks.values.ravel(), np.arange(192) / 191)
    low = read_activation_masks(GOLDEN / "irn_torch_cam_only.npy", photo(), PASCAL_VOC)
    assert low.masks.classes == (4, 8)
    assert low.notices == (
        "irn_torch_cam_only.npy: the activation masks are 3 x 2, the photo 12 x 8; they were resized.",
    )


@pytest.mark.parametrize(
    ("keys", "keys_are", "classes"),
    [
        ([0, 2], MaskKeys.CAM, (1, 3)),
        ([0, 1, 3], MaskKeys.CAM, (1, 3)),  # background-padded
        ([0, 1, 3], MaskKeys.CRF, (1, 3)),
        ([0, 2], MaskKeys.CRF, (0, 2)),
    ],
)
def test_irn_keys_may_be_padded_with_the_background(
    tmp_path: Path, keys: list[int], keys_are: MaskKeys, classes: tuple[int, ...]
) -> None:
    content = {"keys": np.array(keys), "high_res": RNG.random((2, 8, 12), np.float32)}
    masks = read_activation_masks(saved(tmp_path, content), photo(), THREE, mask_keys=keys_are).masks
    assert masks.classes == classes
    assert np.array_equal(masks.values, content["high_res"])


def test_only_present_classes_are_kept_and_missing_ones_named(tmp_path: Path) -> None:
    content = {key: mask() for key in (0, 1, 2)}
    path = saved(tmp_path, content)
    masks = read_activation_masks(path, photo(), THREE, mask_keys=MaskKeys.CRF, present={2, 3}).masks
    assert masks.classes == (0, 2)
    loaded = read_activation_masks(saved(tmp_path, {0: mask()}), photo(), THREE, present={1, 3})
    assert loaded.notices == ("a.npy: there is no activation mask for cow.",)


def test_an_empty_dictionary_is_an_image_without_classes(tmp_path: Path) -> None:
    masks = read_activation_masks(saved(tmp_path, {}), photo(), THREE).masks
    assert masks.classes == ()
    assert masks.values.shape == (0, 8, 12)


def test_smaller_masks_are_resized_bilinearly_with_half_pixel_centres(tmp_path: Path) -> None:
    content = {0: np.array([[0, 1]], np.float16), 1: np.array([[0, 1]], np.float16)}
    loaded = read_activation_masks(saved(tmp_path, content), photo(4, 1), THREE)
    assert np.allclose(loaded.masks.values[:, 0], [0, 0.25, 0.75, 1])
    assert loaded.notices == ("a.npy: the activation masks are 2 x 1, the photo 4 x 1; they were resized.",)


@pytest.mark.parametrize("orientation", range(5, 9))
def test_masks_of_the_unrotated_photo_are_turned_with_it(tmp_path: Path, orientation: int) -> None:
    stored = mask(12, 8)
    loaded = read_activation_masks(saved(tmp_path, {0: stored}), photo(12, 8, orientation), THREE)
    assert np.array_equal(loaded.masks.values[0], upright(stored, orientation))
    assert loaded.notices == ()


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(InputFileError, match=r"a\.png: is no activation map file"):
        read_activation_masks(tmp_path / "a.png", photo(), THREE)


def test_a_file_far_too_large_for_its_photo_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(InputFileError, match="too large"):
        read_activation_masks(path, photo(), THREE)


SUMS = hnp.arrays(np.float32, st.tuples(st.integers(1, 4), st.just(3), st.just(5)), elements=st.floats(0, 8, width=32))


@given(SUMS, st.sampled_from(ScoreForm))
def test_saved_masks_read_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, sums: np.ndarray, form: ScoreForm
) -> None:
    path = tmp_path_factory.mktemp("masks") / "a.npz"
    masks = ActivationMasks.from_sums(sums, tuple(range(len(sums))), 8)
    write_activation_masks(path, masks, form)
    for asked in (None, form):
        loaded = read_activation_masks(path, photo(5, 3), THREE, score_form=asked)
        assert loaded.notices == ()
        assert loaded.masks.form is form
        assert loaded.masks.classes == masks.classes
        assert loaded.masks.scores(form).values.tobytes() == masks.scores(form).values.tobytes()
        assert loaded.masks.tiny_classes() == masks.tiny_classes()


def test_masks_of_an_unbounded_head_survive_saving(tmp_path: Path) -> None:
    masks = ActivationMasks.from_sums(np.full((1, 3, 5), 80, np.float32), (2,), 8)
    write_activation_masks(tmp_path / "a.npz", masks, ScoreForm.MEAN)
    loaded = read_activation_masks(tmp_path / "a.npz", photo(5, 3), THREE)
    assert (loaded.masks.scores(ScoreForm.MEAN).values == 10).all()


def npz(folder: Path, **changed: object) -> Path:
    parts = {
        "scores": np.full((2, 3, 5), 0.5, np.float32), "classes": np.array([0, 2]), "score_form": np.array("mean"),
        "passes": np.array(8), "raw_max": np.full(2, 4, np.float32),
    }  # fmt: skip
    np.savez(folder / "a.npz", **{k: v for k, v in {**parts, **changed}.items() if v is not None})
    return folder / "a.npz"


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"scores": None}, "holds no activation masks"),
        ({"scores": np.zeros((3, 5), np.float32)}, "holds no activation masks"),
        ({"scores": np.full((2, 3, 5), 1.5, np.float32)}, "outside 0 to 1"),
        ({"scores": np.full((2, 3, 5), -0.5, np.float32)}, "outside 0 to 1"),
        ({"classes": np.array([0, 4])}, "class index 4"),
        ({"classes": np.array([2, 2])}, "names a class twice"),
        ({"classes": np.array([1])}, "'classes' names 1"),
        ({"classes": np.array(["a", "b"])}, "class indices"),
        ({"score_form": np.array("sum")}, "score form"),
        ({"passes": np.array(0)}, "passes"),
        ({"raw_max": np.array([np.inf, 1], np.float32)}, "maxima"),
    ],
)
def test_an_npz_that_is_not_ours_is_refused(tmp_path: Path, changed: dict[str, object], cause: str) -> None:
    with pytest.raises(InputFileError, match=cause):
        read_activation_masks(npz(tmp_path, **changed), photo(5, 3), THREE)


def test_a_bare_npz_of_scores_and_classes_is_enough(tmp_path: Path) -> None:
    path = npz(tmp_path, score_form=None, passes=None, raw_max=None, classes=np.array([2, 1]))
    assert read_activation_masks(path, photo(5, 3), THREE).masks.classes == (1, 2)


def test_masks_that_cannot_be_written_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    masks = ActivationMasks.from_sums(np.zeros((1, 3, 5), np.float32), (2,), 8)
    with pytest.raises(OutputError):
        write_activation_masks(tmp_path / "taken" / "a.npz", masks, ScoreForm.MEAN)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_numpy_itself_reads_what_is_written(tmp_path: Path) -> None:
    masks = ActivationMasks.from_sums(np.ones((1, 3, 5), np.float32), (2,), 4)
    write_activation_masks(tmp_path / "a.npz", masks, ScoreForm.MEAN)
    with np.load(io.BytesIO((tmp_path / "a.npz").read_bytes())) as archive:
        assert archive["scores"].dtype == np.float32
        assert archive["scores"].max() == 0.25
        assert archive["classes"].tolist() == [2]
        assert str(archive["score_form"]) == "mean"
        assert int(archive["passes"]) == 4
        assert archive["raw_max"].tolist() == [1.0]
