from tests.lado.scene import Scene
from tests.told_once import told_once


@told_once
def scene(cast):
    return Scene(cast)
