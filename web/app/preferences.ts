/** What a person set on this device: language, theme, what Enter does. Kept in local storage. */

import { type Signal, effect, signal } from '@preact/signals'
import type { Language } from '../messages/catalogue.ts'

export type Theme = 'system' | 'light' | 'dark'

export type Preferences = {
  readonly language: Signal<Language>
  readonly theme: Signal<Theme>
  readonly enterSends: Signal<boolean>
}

/** `storage` may refuse (private windows do): then they last as long as the page. */
export function openPreferences(storage: Storage | null, languages: readonly string[]): Preferences {
  const language = signal<Language>(oneOf(storage, 'language', ['ko', 'en']) ?? languageOf(languages))
  const theme = signal<Theme>(oneOf(storage, 'theme', ['system', 'light', 'dark']) ?? 'system')
  const enterSends = signal(oneOf(storage, 'enterSends', ['yes', 'no']) !== 'no')
  effect(() => {
    document.documentElement.lang = language.value
  })
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
  keep(storage, 'language', () => language.value)
  keep(storage, 'theme', () => theme.value)
  keep(storage, 'enterSends', () => (enterSends.value ? 'yes' : 'no'))
  return { language, theme, enterSends }
}

/** The first of a person's languages that there is; Korean for none, English for others. */
export function languageOf(languages: readonly string[]): Language {
  for (const tag of languages) {
    if (/^ko\b/i.test(tag)) return 'ko'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return languages.length === 0 ? 'ko' : 'en'
}

function oneOf<const T extends string>(storage: Storage | null, name: string, values: readonly T[]): T | null {
  const kept = storage?.getItem(`madang.${name}`)
  return values.find((value) => value === kept) ?? null
}

function keep(storage: Storage | null, name: string, read: () => string): void {
  let isFirst = true
  effect(() => {
    const value = read()
    // Only what somebody chose is kept: the default may follow the browser later.
    if (!isFirst) tryToKeep(storage, `madang.${name}`, value)
    isFirst = false
  })
}

/** Storage may be full or forbidden; what it was for then lasts as long as the page. */
export function tryToKeep(storage: Storage | null, key: string, value: string | null): void {
  try {
    if (value === null) storage?.removeItem(key)
    else storage?.setItem(key, value)
  } catch {
    // As the docstring says.
  }
}

/** Local storage, or null where even looking at it throws (cookies blocked). */
export function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
