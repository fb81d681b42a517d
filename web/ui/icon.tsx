/** The icons, as inline SVG: no font, no emoji, no request. They say nothing to a screen reader; their button does. */

const shapes = {
  plus: 'M12 5v14M5 12h14',
  search: 'M17.500 11a6.500 6.500 0 1 1-13 0 6.500 6.500 0 0 1 13 0ZM16 16l4.500 4.500',
  lock: 'M7 11h10a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2ZM8 11V8a4 4 0 0 1 8 0v3',
  back: 'm14 5-7 7 7 7',
  people:
    'M12.200 8a3.200 3.200 0 1 1-6.400 0 3.200 3.200 0 0 1 6.400 0ZM3 19c.6-3.400 3-5 6-5s5.400 1.600 6 5M16 5.200a3.200 3.200 0 0 1 0 5.800M18 14.300c1.800.7 2.800 2.300 3.200 4.700',
  close: 'M6 6l12 12M18 6 6 18',
  smile: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0ZM8.500 14a4 4 0 0 0 7 0M9 9.500v.1M15 9.500v.1',
  reply: 'M9 6 4 11l5 5M4 11h9a6 6 0 0 1 6 6v1',
  more: 'M6 12h.1M12 12h.1M18 12h.1',
  down: 'M12 5v14M6 13l6 6 6-6',
  up: 'M12 19V5M6 11l6-6 6 6',
  clock: 'M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0ZM12 7.500V12l3 2',
  edit: 'M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.600 1.600M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.600-1.600',
  unread: 'M4 6h10M4 12h16M4 18h16M19 6h.1',
  gear: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0ZM7 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0Z',
  door: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  at: 'M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM16 8v5a2.500 2.500 0 0 0 5 0v-1a9 9 0 1 0-3.500 7.100',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  compass: 'M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0ZM15.500 8.500l-2 5-5 2 2-5 5-2Z',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
