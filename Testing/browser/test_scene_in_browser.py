"""A case's scene.mrb in a browser: trame-slicer shows volumes and segments, each on its side, in headless Chromium."""

from __future__ import annotations

import importlib
import io
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan import VIEWS, PlanarScan, PlanarView
from BoneMetSegLib.scene import build_scene, write_mrb
from BoneMetSegLib.terminology import CLASS_APPEARANCE
from Testing.browser.chromium import arguments, find_chromium

pytest.importorskip("slicer", reason="slicer-core is not installed")
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PAGE = Path(__file__).with_name("scene_page.py")
SIZE = {"width": 1000, "height": 800}
READY_S, DRAWN_S = 60, 60
RED = CLASS_APPEARANCE["metastasis"].rgb


def a_scan() -> PlanarScan:
    body = np.zeros((300, 100), np.float32)
    body[20:280, 25:75] = 20
    counts = {view: np.random.default_rng(1).poisson(body).astype(np.float32) for view in VIEWS}
    return PlanarScan({view: PlanarView(view, counts[view], (4.0, 4.0)) for view in VIEWS})


def a_left_rib(scan: PlanarScan) -> HotSpot:
    """A metastasis at the patient's left: high columns where the patient's right is at column 0."""
    mask = np.zeros((300, 100), bool)
    mask[90:102, 62:72] = True
    views = {}
    for name, view in scan.views.items():
        seen = view.from_anterior_order(mask).copy()
        view.counts[seen] = 80
        views[name] = HotSpotInView(seen, float(seen.sum() * view.pixel_area_mm2), 80.0, 80.0, 4.0)
    return HotSpot("H01", "metastasis", True, "ribs", "left", "7", views, 0.9, 0.9)


@pytest.fixture(scope="module")
def a_scene_file(tmp_path_factory) -> Path:
    scan = a_scan()
    hot_spots = [a_left_rib(scan)]
    path = tmp_path_factory.mktemp("case") / "scene.mrb"
    with build_scene(scan, hot_spots, None) as nodes:
        write_mrb(nodes, path)
    return path


@pytest.fixture(scope="module")
def a_page_address(a_scene_file):
    """Serve the scene from a process of its own."""
    try:
        importlib.import_module("trame_slicer.views")
    except ImportError as error:
        pytest.skip(f"trame-slicer cannot be used here: {error}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = a_scene_file.with_name("page.log")
    with log.open("wb") as written:
        command = [sys.executable, str(PAGE), str(a_scene_file), str(port)]
        server = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT, env=dict(os.environ))
        try:
            _wait_for(server, port, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(server: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2000:]
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the page was not served within {READY_S} s")


@pytest.fixture(scope="module")
def chromium():
    with playwright_api.sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.skip("there is no Chromium: apt install chromium, or name one with BONEMETSEG_CHROMIUM")
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def seen(chromium, a_page_address):
    """Return what the browser shows once segments are drawn, and what the page asked other machines for."""
    asked_outside: list[str] = []

    def let_through(route):
        if route.request.url.startswith((a_page_address, "data:", "blob:")):
            route.continue_()
        else:
            asked_outside.append(route.request.url)
            route.abort()

    page = chromium.new_page(viewport=SIZE)
    page.route("**/*", let_through)
    page.goto(a_page_address)
    picture = _settled_picture(page)
    folder = os.environ.get("BONEMETSEG_PICTURES")
    if folder:
        Path(folder, "browser.png").write_bytes(page.screenshot())
    page.close()
    return picture, asked_outside


def _settled_picture(page) -> np.ndarray:
    """Wait until the same picture with segments comes three times: the page is drawn, cleared and drawn at first."""
    until = time.monotonic() + DRAWN_S
    pictures = [_picture(page)]
    while time.monotonic() < until:
        time.sleep(0.7)
        pictures = [*pictures[-2:], _picture(page)]
        still = len(pictures) == 3 and all((picture == pictures[0]).all() for picture in pictures)
        if still and all(red(half).any() and is_body(half).any() for half in halves(pictures[0])):
            break
    return pictures[-1]


def _picture(page) -> np.ndarray:
    from matplotlib.image import imread

    return (imread(io.BytesIO(page.screenshot()))[..., :3] * 255).astype(int)


def halves(picture):
    middle = SIZE["width"] // 2
    return picture[:, :middle], picture[:, middle:]


def red(picture):
    return np.abs(picture - RED).max(axis=-1) < 60


def is_body(picture):
    """Grey between the white around the body and the black around the image."""
    return (np.ptp(picture, axis=-1) < 12) & (picture.mean(axis=-1) > 60) & (picture.mean(axis=-1) < 230)


def test_both_views_show_the_body_in_inverse_grey(seen):
    for half in halves(seen[0]):
        assert is_body(half[100:700, 100:400]).mean() > 0.05
        assert (half.min(axis=-1) > 245).mean() > 0.03, "white around the body"


def test_a_left_rib_is_outlined_at_screen_right_in_front_and_at_screen_left_behind(seen):
    anterior, posterior = halves(seen[0])
    middle = SIZE["width"] / 4
    for half in (anterior, posterior):
        assert red(half).sum() > 30
    assert (np.nonzero(red(anterior))[1] > middle).all()
    assert (np.nonzero(red(posterior))[1] < middle).all()


def test_the_page_asks_no_other_machine_for_anything(seen):
    assert seen[1] == []
