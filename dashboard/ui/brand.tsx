/** The mark: tiles of counties, one of them lit. */
export const Brand = (props: { size?: number; dark?: boolean }) => (
  <svg
    width={props.size ?? 28}
    height={props.size ?? 28}
    viewBox="0 0 32 32"
    aria-hidden="true"
    style={{ flexShrink: 0 }}
  >
    <rect width="32" height="32" rx="7" fill={props.dark ? '#1d7668' : '#14564b'} />
    {[
      [6, 6],
      [6, 13],
      [6, 20],
      [20, 6],
      [20, 13],
      [20, 20],
    ].map(([x, y]) => (
      <rect key={`${x},${y}`} x={x} y={y} width="6" height="6" rx="1.4" fill="#cfe5dc" />
    ))}
    <rect x="13" y="13" width="6" height="6" rx="1.4" fill="#e2553f" />
  </svg>
);
