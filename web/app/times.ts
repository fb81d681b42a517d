/** Times as people read them, by Intl, in the page's language and the reader's time zone. */

import type { Clock } from '../../src/clock.ts'
import type { Language } from '../messages/catalogue.ts'

export type Times = {
  /** 오후 3:05 */
  readonly time: (atMs: number) => string
  /** 3:05, for the narrow gutter. */
  readonly shortTime: (atMs: number) => string
  /** 오늘, 어제, 11월 22일 일요일; with the year when it is another one. */
  readonly day: (atMs: number) => string
  /** 2026년 11월 22일 일요일 오후 3:05 */
  readonly full: (atMs: number) => string
  /** 11월 22일 오후 3:05 */
  readonly moment: (atMs: number) => string
  /** 민지, 서준 및 하은 */
  readonly list: (names: readonly string[]) => string
  readonly compare: (a: string, b: string) => number
}

const made = new Map<Language, { clock: Clock; times: Times }>()

/** Made once for a language: an Intl format costs a fraction of a millisecond. */
export function timesIn(language: Language, clock: Clock): Times {
  const known = made.get(language)
  if (known !== undefined && known.clock === clock) return known.times
  const times = makeTimes(language, clock)
  made.set(language, { clock, times })
  return times
}

function makeTimes(language: Language, clock: Clock): Times {
  const locale = language === 'ko' ? 'ko-KR' : 'en-US'
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
  const time = format({ hour: 'numeric', minute: '2-digit' })
  const day = format({ month: 'long', day: 'numeric', weekday: 'long' })
  const dayAndYear = format({ year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' })
  const full = format({ dateStyle: 'full', timeStyle: 'short' })
  const moment = format({ month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  const collator = new Intl.Collator(language === 'ko' ? 'ko' : ['en', 'ko'], { numeric: true })
  return {
    time: (atMs) => time.format(atMs),
    shortTime: (atMs) =>
      time
        .formatToParts(atMs)
        .filter(({ type }) => type === 'hour' || type === 'minute')
        .map(({ value }) => value)
        .join(':'),
    day(atMs) {
      const nowMs = clock.nowMs()
      const daysAgo = dayNumber(nowMs) - dayNumber(atMs)
      if (daysAgo === 0 || daysAgo === 1) return capitalised(relative.format(-daysAgo, 'day'), locale)
      return new Date(atMs).getFullYear() === new Date(nowMs).getFullYear() ? day.format(atMs) : dayAndYear.format(atMs)
    },
    full: (atMs) => full.format(atMs),
    moment: (atMs) => moment.format(atMs),
    list: (names) => list.format(names),
    compare: (a, b) => collator.compare(a, b),
  }
}

/** Counts the days of the reader's calendar: the same number is the same day. */
export function dayNumber(atMs: number): number {
  const date = new Date(atMs)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000)
}

function capitalised(text: string, locale: string): string {
  return text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1)
}
