/** A line of the last minutes, in plain SVG: drawn each second, so it must cost nothing. */

interface Props {
  values: readonly number[];
  under: readonly number[];
  label: string;
}

const WIDTH = 300;
const HEIGHT = 72;

function path(values: readonly number[], most: number, slots: number): string {
  const step = WIDTH / Math.max(1, slots - 1);
  const start = slots - values.length;
  return values
    .map((value, at) => {
      const x = ((start + at) * step).toFixed(1);
      const y = (HEIGHT - (value / most) * (HEIGHT - 6)).toFixed(1);
      return `${at === 0 ? 'M' : 'L'}${x} ${y}`;
    })
    .join('');
}

export function Sparkline({ values, under, label }: Props) {
  const most = Math.max(1, ...values);
  const slots = Math.max(60, values.length);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path
        d={path(values, most, slots)}
        fill="none"
        stroke="#5fc3ab"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={path(under, most, slots)}
        fill="none"
        stroke="#f3c969"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
