"""Opens a video by a frame mapping: seeks to some of its frames and looks whether decoding gives just these."""
import json
import sys

import av

media, mapping = sys.argv[1:]
frames = json.load(open(mapping))["frames"]
count = len(frames)
assert count > 0
for index in sorted({0, 1, count // 3, count // 2, count - 2, count - 1} & set(range(count))):
    wanted = frames[index]
    # The keyframe that decoding has to begin at, by the mapping.
    key = max((f["pts"] for f in frames[: index + 1] if f["key_frame"]), default=frames[0]["pts"])
    with av.open(media) as container:
        stream = container.streams.video[0]
        container.seek(key, stream=stream, backward=True)
        shown = []
        for frame in container.decode(stream):
            shown.append(frame.pts)
            if frame.pts >= wanted["pts"]:
                break
        assert shown and shown[-1] == wanted["pts"], (index, wanted, shown[-3:])
        # Every frame between is one of the mapping, in its order.
        between = [f["pts"] for f in frames if shown[0] <= f["pts"] <= wanted["pts"]]
        assert shown == between, (index, shown, between)
print("ok")
