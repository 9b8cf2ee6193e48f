/** Line drawings on a grid of 16, one path each. They only accompany a text, so screen readers skip them. */
const paths = {
  plug: 'M6 2v3M10 2v3M4 5h8v3a4 4 0 0 1-8 0zM8 12v2',
  feed: 'M3 13a1 1 0 1 0 0-.01M3 8a5 5 0 0 1 5 5M3 3a10 10 0 0 1 10 10',
  user: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.6-2.4 2.5-3.5 5-3.5s4.4 1.1 5 3.5',
  audit: 'M4 2h6l3 3v9H4zM6.5 7.5h4M6.5 10.5h4',
  rocket: 'M9.5 10.5 5.5 6.5C7 3.5 9.5 2 13.5 2.5c.5 4-1 6.5-4 8zM5.5 6.5 2.5 7l2 2M9.5 10.5l-.5 3-2-2M3 13l2-2',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.2V11M8 5v.1',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  up: 'M3 10l5-5 5 5',
  down: 'M3 6l5 5 5-5',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6 13 13M13 3l-1.4 1.4M4.4 11.6 3 13',
  out: 'M6.5 3H3v10h3.5M7 8h7M11.5 5.5 14 8l-2.5 2.5',
  play: 'M5 3v10l8-5z',
  pause: 'M5 3v10M11 3v10',
  upload: 'M8 11V3M4.5 6 8 2.5 11.5 6M2.5 11v2.5h11V11',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 11v2.5h11V11',
  replay: 'M3 8a5 5 0 1 0 1.7-3.8M3 2.5V5.5h3',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
