"""Two diagrams as SVG, by hand: detection-error trade-off and reliability."""
import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 520, 70, 30, 260, 60
COLOURS = ('#1b6ca8', '#c0392b', '#1e8449', '#7d3c98', '#b9770e', '#117a65', '#555555', '#d81b60', '#5d4037', '#3949ab')


def det(found, positives, hours):
    """Points (false alarms an hour, share missed) at each confidence at which something changes."""
    points, right, false = [], 0, 0
    for p, said, _ in sorted(found, key=lambda item: -item[0]):
        right, false = right + said, false + (not said)
        points.append((false / hours, max(0.0, 1 - right / max(1, positives))))
    return points


def reliability(found):
    """(mean confidence, share right, count) of ten bins."""
    out = []
    for low in range(10):
        those = [(p, said) for p, said, _ in found if low / 10 <= p < (low + 1) / 10 or (low == 9 and p == 1)]
        if those:
            out.append((sum(p for p, _ in those) / len(those), sum(s for _, s in those) / len(those), len(those)))
    return out


def frame(title, x_title, y_title, x_ticks, y_ticks, x, y):
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="18" font-size="14">{title}</text>']
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value, label in x_ticks:
        parts.append(f'<line x1="{x(value):.1f}" y1="{TOP}" x2="{x(value):.1f}" y2="{bottom}" stroke="#ddd"/>'
                     f'<text x="{x(value):.1f}" y="{bottom + 18}" text-anchor="middle">{label}</text>')
    for value, label in y_ticks:
        parts.append(f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{right}" y2="{y(value):.1f}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{label}</text>')
    parts += [f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 14}" text-anchor="middle">{x_title}</text>',
              f'<text transform="translate(16 {(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">{y_title}</text>']
    return parts


def legend(parts, names):
    for i, name in enumerate(names):
        at, colour = TOP + 16 * i, COLOURS[i % len(COLOURS)]
        dash = ' stroke-dasharray="5 3"' if i // len(COLOURS) else ''
        parts.append(f'<line x1="{WIDTH - RIGHT + 16}" y1="{at}" x2="{WIDTH - RIGHT + 44}" y2="{at}" stroke="{colour}" '
                     f'stroke-width="2"{dash}/><text x="{WIDTH - RIGHT + 50}" y="{at + 4}">{name}</text>')


def polyline(points, i):
    dash = ' stroke-dasharray="5 3"' if i // len(COLOURS) else ''
    return (f'<polyline fill="none" stroke="{COLOURS[i % len(COLOURS)]}" stroke-width="1.6"{dash} points="' +
            ' '.join(f'{a:.1f},{b:.1f}' for a, b in points) + '"/>')


def write_det(path, curves):
    x = lambda v: LEFT + (math.log10(min(1000, max(v, 1))) / 3) * (WIDTH - RIGHT - LEFT)
    y = lambda v: TOP + (1 - v) * (HEIGHT - BOTTOM - TOP)
    parts = frame('Detection-error trade-off, test part', 'false alarms an hour, all phrases together', 'share missed',
                  [(v, str(v)) for v in (1, 3, 10, 30, 100, 300, 1000)], [(v / 5, f'{v / 5:.1f}') for v in range(6)], x, y)
    for i, points in enumerate(curves.values()):
        parts.append(polyline([(x(a), y(b)) for a, b in points], i))
    legend(parts, curves)
    path.write_text('\n'.join(parts) + '\n</svg>\n', encoding='utf-8')


def write_reliability(path, bins):
    x = lambda v: LEFT + v * (WIDTH - RIGHT - LEFT)
    y = lambda v: TOP + (1 - v) * (HEIGHT - BOTTOM - TOP)
    ticks = [(v / 5, f'{v / 5:.1f}') for v in range(6)]
    parts = frame('Reliability of the confidence, test part', 'confidence', 'share right', ticks, ticks, x, y)
    parts.append(f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="2 3"/>')
    for i, points in enumerate(bins.values()):
        parts.append(polyline([(x(p), y(s)) for p, s, _ in points], i))
        parts += [f'<circle cx="{x(p):.1f}" cy="{y(s):.1f}" r="{min(6, 1 + math.log10(n)):.1f}" '
                  f'fill="{COLOURS[i % len(COLOURS)]}"/>' for p, s, n in points]
    legend(parts, bins)
    path.write_text('\n'.join(parts) + '\n</svg>\n', encoding='utf-8')
