"""Writes the pictures that the tests decode, and what Pillow makes of them. Run it to change or add a case:

    python generate.py        # needs Pillow and numpy; the files here were made with Pillow 13.0

`pictures/NAME` is a picture, `decoded/NAME.png` what `convert("RGB")` gives after its EXIF orientation was applied.
`resized/NAME.png` is what Pillow resizes `pictures/source.png` to, with the recipe in `resized/NAME.json`.
`hostile/` holds pictures that nobody should decode.
"""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).parent
ORIENTATION = 0x0112


def source(width=40, height=30):
    """Gradients, an edge, a disc and a little noise: something for every filter to get wrong."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    red = 255 * x / (width - 1)
    green = 255 * y / (height - 1)
    blue = np.where((x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2, 230, 40)
    pixels = np.stack([red, green, blue], axis=-1)
    pixels[:, width // 2 :, 0] = 255 - pixels[:, width // 2 :, 0]
    noise = np.random.default_rng(7).integers(-12, 13, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def png(width, height, bits, color_type, *chunks):
    """A PNG of these chunks, with the header before them."""
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    chunks = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    crc = lambda kind, data: struct.pack(">I", zlib.crc32(kind + data))
    written = [struct.pack(">I", len(data)) + kind + data + crc(kind, data) for kind, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def png16(path, samples):
    """A PNG of 16-bit samples, which Pillow does not write in colour."""
    height, width, channels = samples.shape
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    path.write_bytes(png(width, height, 16, color_type, (b"IDAT", zlib.compress(rows))))


def hostile(folder):
    zeros = lambda megabytes: zlib.compress(bytes(megabytes << 20), 9)
    pixel = (b"IDAT", zlib.compress(b"\0" * 4))
    (folder / "claims-50000x50000.png").write_bytes(png(50000, 50000, 8, 2, (b"IDAT", zeros(1))))
    (folder / "profile-bomb.png").write_bytes(png(1, 1, 8, 2, (b"iCCP", b"bomb\0\0" + zeros(40)), pixel))
    (folder / "text-bomb.png").write_bytes(png(1, 1, 8, 2, (b"zTXt", b"bomb\0\0" + zeros(40)), pixel))


def oriented(value):
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def pictures(folder):
    rgb = source()
    grey = rgb.convert("L")
    alpha = grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    rgba = rgb.copy()
    rgba.putalpha(alpha)
    palette = rgb.quantize(16)
    other = ImageOps.invert(rgb)
    smooth = rgb.resize((64, 48), Image.Resampling.BICUBIC)

    rgb.save(folder / "source.png")
    grey.save(folder / "grey.png")
    grey.convert("1").save(folder / "one-bit.png")
    rgba.save(folder / "alpha.png")
    Image.merge("LA", (grey, alpha)).save(folder / "grey-alpha.png")
    palette.save(folder / "palette.png")
    palette.save(folder / "palette-transparent.png", transparency=3)
    rgb.save(folder / "turned.png", exif=oriented(6))
    png16(folder / "grey16.png", np.asarray(grey)[..., None].astype(np.uint32) * 256 + 200)
    png16(folder / "rgb16.png", np.asarray(rgb).astype(np.uint32) * 256 + 200)
    png16(folder / "rgba16.png", np.asarray(rgba).astype(np.uint32) * 256 + 200)
    rgb.crop((5, 5, 6, 6)).save(folder / "one-pixel.png")

    smooth.save(folder / "full-chroma.jpg", quality=92, subsampling="4:4:4")
    smooth.save(folder / "half-chroma.jpg", quality=92, subsampling="4:2:0")
    smooth.save(folder / "progressive.jpg", quality=92, progressive=True)
    smooth.convert("L").save(folder / "grey.jpg", quality=92)
    smooth.crop((0, 0, 1, 1)).save(folder / "one-pixel.jpg")
    cmyk = smooth.convert("CMYK")
    cmyk.save(folder / "cmyk.jpg", quality=95)
    # The same samples declared to be YCCK: other colours, which every reader must agree on.
    data = (folder / "cmyk.jpg").read_bytes()
    adobe = data.index(b"Adobe")
    (folder / "ycck.jpg").write_bytes(data[: adobe + 11] + b"\x02" + data[adobe + 12 :])
    for value in range(1, 9):
        smooth.save(folder / f"orientation-{value}.jpg", quality=92, subsampling="4:4:4", exif=oriented(value))

    rgb.save(folder / "lossless.webp", lossless=True)
    smooth.save(folder / "lossy.webp", quality=90)
    rgba.save(folder / "alpha.webp", lossless=True, exact=True)
    rgb.save(folder / "turned.webp", lossless=True, exif=oriented(8))
    rgb.save(folder / "animation.webp", save_all=True, append_images=[other], lossless=True, duration=50)
    rgb.save(folder / "still.gif")
    palette.save(folder / "animation.gif", save_all=True, append_images=[other.quantize(16)], duration=50)
    rgb.save(folder / "rgb.bmp")
    palette.save(folder / "palette.bmp")
    grey.save(folder / "grey.bmp")
    rgba.save(folder / "alpha.bmp")


def decoded(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "I;16":  # Pillow clips 16-bit grey where it keeps the upper half of 16-bit colour
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("RGB")


RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}


def resize(image, width, height, resize, resampling):
    """What someone who uses Pillow writes for each way of resizing."""
    if resize == "stretch":
        return image.resize((width, height), resampling)
    [(way, value)] = resize.items()
    if way == "short-side":
        # torchvision.transforms.Resize and CenterCrop
        short, long = sorted(image.size)
        sides = (value, int(value * long / short))
        image = image.resize(sides if image.width <= image.height else sides[::-1], resampling)
        left, top = int(round((image.width - width) / 2.0)), int(round((image.height - height) / 2.0))
        return image.crop((left, top, left + width, top + height))
    if way == "crop-fraction":
        side = int(value * min(image.size))
        left, top = (image.width - side) // 2, (image.height - side) // 2
        return image.crop((left, top, left + side, top + side)).resize((width, height), resampling)
    if way == "letterbox":
        color = value if image.mode == "L" else (value,) * 3
        return ImageOps.pad(image, (width, height), resampling, color)
    raise ValueError(resize)


def resizes():
    # No centre of a pixel falls between two pixels of the source: there the nearest one is anybody's guess.
    for name in RESAMPLING:
        yield f"stretch-down-{name}", 17, 13, "stretch", name, "rgb"
        yield f"stretch-up-{name}", 64, 48, "stretch", name, "rgb"
        yield f"short-side-{name}", 16, 16, {"short-side": 18}, name, "rgb"
        yield f"crop-fraction-{name}", 14, 14, {"crop-fraction": 0.875}, name, "rgb"
        yield f"letterbox-{name}", 20, 20, {"letterbox": 114}, name, "rgb"
    yield "short-side-odd-bilinear", 15, 12, {"short-side": 19}, "bilinear", "rgb"
    yield "crop-fraction-nine-tenths-bicubic", 14, 14, {"crop-fraction": 0.9}, "bicubic", "rgb"
    yield "letterbox-tall-bicubic", 11, 32, {"letterbox": 0}, "bicubic", "rgb"
    yield "grey-bilinear", 14, 14, "stretch", "bilinear", "grey"
    yield "grey-letterbox-lanczos3", 28, 28, {"letterbox": 7}, "lanczos3", "grey"


def main():
    for name in ["pictures", "decoded", "resized", "hostile"]:
        (HERE / name).mkdir(exist_ok=True)
        for old in (HERE / name).iterdir():
            old.unlink()
    pictures(HERE / "pictures")
    hostile(HERE / "hostile")
    for path in sorted((HERE / "pictures").iterdir()):
        decoded(path).save(HERE / "decoded" / f"{path.name}.png")
    for name, width, height, how, filter, channels in resizes():
        image = Image.open(HERE / "pictures/source.png").convert("RGB")
        if channels == "grey":
            image = image.convert("L")
        result = resize(image, width, height, how, RESAMPLING[filter])
        result.save(HERE / "resized" / f"{name}.png")
        count = 1 if channels == "grey" else 3
        recipe = dict(width=width, height=height, resize=how, filter=filter, channels=channels, layout="channels-last")
        recipe |= dict(mean=[0.0] * count, scale=[1.0] * count)
        (HERE / "resized" / f"{name}.json").write_text(json.dumps(recipe) + "\n")


if __name__ == "__main__":
    main()
