/** The world of `madang seed`: who there is, and what they have said. */

export type Line = {
  readonly by: string
  /** `@handle` becomes a mention. */
  readonly text: string
  /** The number of an earlier line of the room, from 1. */
  readonly replyTo?: number
  readonly edited?: string
  readonly reactions?: Readonly<Record<string, readonly string[]>>
}

export const people = [
  { handle: 'haeun', name: '김하은' },
  { handle: 'seojun', name: '이서준' },
  { handle: 'minji', name: '박민지' },
  { handle: 'alex', name: 'Alex Kim' },
  { handle: 'daon', name: '정다온' },
] as const

export const rooms: readonly {
  readonly name: string
  readonly topic: string
  readonly visibility: 'public' | 'private' | 'direct'
  readonly members: readonly string[]
  readonly lines: readonly Line[]
}[] = [
  {
    name: '마당',
    topic: '누구나 모여 이야기하는 곳 · Everybody meets here',
    visibility: 'public',
    members: ['haeun', 'seojun', 'minji', 'alex', 'daon'],
    lines: [
      { by: 'haeun', text: '마당에 오신 걸 환영해요 🙌', reactions: { '👋': ['seojun', 'alex', 'daon'] } },
      { by: 'alex', text: 'Hello! Happy to be here. Is English fine, too?' },
      { by: 'seojun', text: '그럼요. 편한 말로 쓰시면 돼요.', replyTo: 2 },
      { by: 'seojun', text: 'Either is fine. Search finds both.' },
      { by: 'daon', text: '점심 같이 드실 분? 회의실 옆 국숫집이 새로 열었대요.' },
      { by: 'minji', text: '저요ㅋㅋㅋ 12시에 1층에서 봬요', reactions: { '🍜': ['daon', 'haeun'], '👍': ['alex'] } },
      { by: 'alex', text: 'Count me in.' },
      { by: 'haeun', text: '@alex 님, 오후 회의는 3시로 옮겼어요. 괜찮으세요?' },
      { by: 'alex', text: 'Perfect, thanks @haeun!' },
    ],
  },
  {
    name: '서버-배포',
    topic: '배포 일정과 장애 대응',
    visibility: 'public',
    members: ['seojun', 'haeun', 'minji', 'alex'],
    lines: [
      {
        by: 'seojun',
        text: '오늘 배포는 `v2.14.0`까지만 나갑니다. 롤백 절차는 https://wiki.example.com/runbook에서 확인해 주세요.',
      },
      { by: 'seojun', text: '```\n$ madang deploy --canary 5%\nok  queue drained in 1.2s (0 lost, 0 duplicated)\n```' },
      {
        by: 'haeun',
        text: '확인했습니다. 카나리 지표 올려둘게요.',
        edited: '확인했습니다 👍 카나리 지표 캡처 올려둘게요.',
        replyTo: 1,
        reactions: { '👍': ['seojun', 'minji', 'alex'], '🎉': ['alex', 'minji'] },
      },
      { by: 'alex', text: 'p99 is flat at 18 ms. **Going to 50 %.**' },
      { by: 'minji', text: '@seojun 님, 회의실예약 확인 부탁드려요. 10시부터 쓸 수 있을까요?' },
      { by: 'seojun', text: '네, 잡아둘게요.', replyTo: 5 },
      { by: 'seojun', text: '3층 소회의실로 예약했습니다' },
    ],
  },
  {
    name: 'Design review',
    topic: 'Thursdays, 15:00',
    visibility: 'public',
    members: ['minji', 'alex', 'haeun'],
    lines: [
      { by: 'minji', text: 'I put two variants of the room list into the folder. Thoughts?' },
      { by: 'alex', text: 'The second one. Bold + count reads at a glance, and it works without colour.' },
      { by: 'haeun', text: '저도 두 번째요. 어두운 화면에서도 잘 보여요.', reactions: { '💯': ['minji'] } },
    ],
  },
  {
    name: '인사평가-2026',
    topic: '초대받은 사람만',
    visibility: 'private',
    members: ['haeun', 'minji'],
    lines: [{ by: 'haeun', text: '초안은 다음 주까지 부탁드려요.' }],
  },
  {
    name: '',
    topic: '',
    visibility: 'direct',
    members: ['haeun', 'seojun'],
    lines: [
      { by: 'seojun', text: '하은님, 잠깐 시간 되세요?' },
      { by: 'haeun', text: '네, 10분 뒤에 괜찮아요.' },
      { by: 'seojun', text: '감사합니다!' },
    ],
  },
]
