/** Hangul letters inside syllables, and what was meant when the keyboard was in Latin (dkssud → 안녕). */

const initials = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const vowels = 'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ'
const finals = ['', ...Array.from('ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ')]

const keys = 'qwertyuiopasdfghjklzxcvbnmQWERTOP'
const letters = 'ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ'

/** Two letters typed one behind the other that become one. */
const joined = new Map([
  ...Object.entries({ ㅗㅏ: 'ㅘ', ㅗㅐ: 'ㅙ', ㅗㅣ: 'ㅚ', ㅜㅓ: 'ㅝ', ㅜㅔ: 'ㅞ', ㅜㅣ: 'ㅟ', ㅡㅣ: 'ㅢ' }),
  ...Object.entries({ ㄱㅅ: 'ㄳ', ㄴㅈ: 'ㄵ', ㄴㅎ: 'ㄶ', ㄹㄱ: 'ㄺ', ㄹㅁ: 'ㄻ', ㄹㅂ: 'ㄼ', ㄹㅅ: 'ㄽ', ㄹㅌ: 'ㄾ' }),
  ...Object.entries({ ㄹㅍ: 'ㄿ', ㄹㅎ: 'ㅀ', ㅂㅅ: 'ㅄ' }),
])

export type Syllable = { readonly initial: string; readonly vowel: string; readonly final: string }

/** The letters of one Hangul syllable, or null. `final` is empty when there is none. */
export function syllable(char: string): Syllable | null {
  const index = (char.codePointAt(0) ?? 0) - 0xac00
  if (index < 0 || index >= 11_172) return null
  return {
    initial: initials[Math.floor(index / 588)] ?? '',
    vowel: vowels[Math.floor((index % 588) / 28)] ?? '',
    final: finals[index % 28] ?? '',
  }
}

export const isInitial = (char: string): boolean => char !== '' && initials.includes(char)

/** What the same keys give on a Korean keyboard (두벌식), or null when it is not all Latin letters and spaces. */
export function fromQwerty(typed: string): string | null {
  if (!/^[a-z ]+$/i.test(typed)) return null
  const jamo = Array.from(typed, (key) => {
    const at = keys.indexOf(key)
    return letters[at === -1 ? keys.indexOf(key.toLowerCase()) : at] ?? key
  })
  return compose(jamo)
}

/** Puts single letters together into syllables, as an input method does. */
export function compose(jamo: readonly string[]): string {
  let done = ''
  let [initial, vowel, final] = ['', '', '']
  const flush = () => {
    done += initial !== '' && vowel !== '' ? block(initial, vowel, final) : initial + vowel + final
    ;[initial, vowel, final] = ['', '', '']
  }
  for (const letter of jamo) {
    if (vowels.includes(letter)) {
      if (final !== '') {
        // A final that a vowel follows is the next syllable's initial: 안 + ㅕ is 아녀.
        const [kept, moved] = split(final)
        final = kept
        flush()
        initial = moved
        vowel = letter
      } else if (joined.has(vowel + letter)) vowel = joined.get(vowel + letter) ?? ''
      else {
        if (vowel !== '') flush()
        vowel = letter
      }
    } else if (isInitial(letter)) {
      if (initial !== '' && vowel !== '' && final === '' && finals.includes(letter)) final = letter
      else if (joined.has(final + letter)) final = joined.get(final + letter) ?? ''
      else {
        if (initial + vowel !== '') flush()
        initial = letter
      }
    } else {
      flush()
      done += letter
    }
  }
  flush()
  return done
}

function block(initial: string, vowel: string, final: string): string {
  const index = initials.indexOf(initial) * 588 + vowels.indexOf(vowel) * 28 + finals.indexOf(final)
  return String.fromCodePoint(0xac00 + index)
}

/** A final into what stays and what goes over to the next syllable. */
export function split(final: string): readonly [kept: string, moved: string] {
  const pair = [...joined].find(([, one]) => one === final)?.[0]
  return pair === undefined ? ['', final] : [pair[0] ?? '', pair[1] ?? '']
}
