"""What someone who uses Pillow feeds to EfficientNet-Lite0: for each picture named, 224·224·3 bytes on stdout."""

import sys

from PIL import Image, ImageOps

for path in sys.argv[1:]:
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = int(224 / 256 * min(image.size))
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC)
    sys.stdout.buffer.write(image.tobytes())
