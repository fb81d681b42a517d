/**
 * A text field that input methods can trust. What they do was recorded (shared/korean/ime): Enter while 녕 is composing
 * ends the composition first, for one event the syllable is not in the text at all, and only then comes the line break.
 *
 * - Enter sends from `beforeinput` insertLineBreak: the line break that the browser is about to make, on every platform.
 * - The text is never set while an input method works on it; what wants to waits until it is settled.
 * - Pop-ups get Enter, Tab and arrows only when no input method wants them.
 */

export type FieldHooks = {
  /** Whether Enter alone sends. Asked each time: a setting, and the kind of device, may change. */
  readonly enterSends: () => boolean
  readonly send: () => void
  /** After every change. During a composition the text may lack a syllable for one event: do not keep it at once. */
  readonly edited: (text: string) => void
  /** A key for the pop-up above the field. True: it was taken. */
  readonly take: (key: PopupKey) => boolean
  /** ↑ in an empty field. */
  readonly upInEmpty?: () => void
  /** True: there was something to leave. */
  readonly escape?: () => boolean
}

export type PopupKey = 'Enter' | 'Tab' | 'ArrowUp' | 'ArrowDown' | 'Escape'

export type AttachedField = Disposable & {
  /** Has the input method finish its syllable, and runs then; now, when there is none. */
  readonly finish: (work: () => void) => void
  /** Replaces a part of the text, as soon as it is settled; the caret goes behind it. */
  readonly replace: (text: string, range?: { readonly from: number; readonly to: number }) => void
}

/** Longer than what an input method needs to put a syllable back (1 ms was measured), shorter than a person notices. */
const settleMs = 20

const popupKeys: readonly PopupKey[] = ['Tab', 'ArrowUp', 'ArrowDown', 'Escape']

export function attachField(field: HTMLTextAreaElement, hooks: FieldHooks): AttachedField {
  let isComposing = false
  let isShiftDown = false
  let timer: ReturnType<typeof setTimeout> | null = null
  let waiting: (() => void)[] = []

  const settleSoon = () => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      timer = null
      if (isComposing) return
      const works = waiting
      waiting = []
      for (const work of works) work()
    }, settleMs)
  }
  const whenSettled = (work: () => void) => {
    if (!isComposing && timer === null) return work()
    waiting.push(work)
    if (!isComposing) settleSoon()
  }

  const listeners = new AbortController()
  const on = <Type extends keyof HTMLElementEventMap>(
    type: Type,
    listen: (event: HTMLElementEventMap[Type]) => void,
  ): void => field.addEventListener(type, listen, { signal: listeners.signal })

  on('compositionstart', () => {
    isComposing = true
  })
  on('compositionend', () => {
    isComposing = false
    settleSoon()
  })
  on('input', () => {
    if (timer !== null) settleSoon()
    hooks.edited(field.value)
  })
  on('keyup', (event) => {
    isShiftDown = event.shiftKey
  })
  on('keydown', (event) => {
    isShiftDown = event.shiftKey
    const isTheirs = event.isComposing || event.keyCode === 229
    if ((event.ctrlKey || event.metaKey) && (event.code || event.key).endsWith('Enter')) {
      // The input method commits first, and the send takes the whole text.
      if (isTheirs) return whenSettled(hooks.send)
      event.preventDefault()
      return hooks.send()
    }
    if (isTheirs) return
    const key = popupKeys.find((each) => each === event.key)
    if (key !== undefined && !event.shiftKey && hooks.take(key)) event.preventDefault()
    else if (key === 'ArrowUp' && field.value === '') hooks.upInEmpty?.()
    else if (key === 'Escape' && hooks.escape?.() === true) event.preventDefault()
    else if (event.key === 'Enter' && !hasBeforeInput && !event.shiftKey) breakLine(event)
  })
  on('beforeinput', (event) => {
    const isBreak = event.inputType === 'insertLineBreak' || event.inputType === 'insertParagraph'
    if (isBreak && !isShiftDown) breakLine(event)
  })
  const breakLine = (event: Event) => {
    if (isComposing) {
      if (!hooks.enterSends()) return
      event.preventDefault()
      return whenSettled(hooks.send)
    }
    if (hooks.take('Enter')) return event.preventDefault()
    if (!hooks.enterSends()) return
    event.preventDefault()
    hooks.send()
  }

  const finish = (work: () => void) => {
    // A press on a button does not end the composition by itself; leaving the field does.
    if (isComposing) {
      field.blur()
      field.focus()
    }
    whenSettled(work)
  }
  return {
    finish,
    replace(text, range) {
      finish(() => {
        const from = range?.from ?? field.selectionStart
        field.setRangeText(text, from, range?.to ?? field.selectionEnd, 'end')
        hooks.edited(field.value)
      })
    },
    [Symbol.dispose]() {
      listeners.abort()
      if (timer !== null) clearTimeout(timer)
    },
  }
}

const hasBeforeInput = typeof InputEvent !== 'undefined' && 'getTargetRanges' in InputEvent.prototype
