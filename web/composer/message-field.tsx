/** The field for a message, new or edited: grows with its text, mentions people, is safe for input methods. */

import type { RefObject } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { useShell } from '../app/context.ts'
import { useStable } from '../app/use-live.ts'
import { type AttachedField, attachField } from './field.ts'
import { type MentionMap, toBody } from './mention-map.ts'
import { MentionList } from './mention-list.tsx'
import { useMentions } from './use-mentions.ts'

export type FieldHandle = {
  readonly focus: () => void
  readonly clear: () => void
  readonly insert: (text: string) => void
  readonly text: () => string
  readonly mentions: () => MentionMap
  /** Runs now, or when the input method is done: for buttons, which may be pressed in the middle of a syllable. */
  readonly settled: (work: () => void) => void
  /** As it is sent. */
  readonly body: () => string
}

type Props = {
  readonly label: string
  readonly placeholder?: string
  readonly first: { readonly text: string; readonly mentions: MentionMap }
  readonly handle: RefObject<FieldHandle | null>
  readonly onSend: () => void
  readonly onEdited: (text: string) => void
  readonly onUpInEmpty?: () => void
  readonly onEscape?: () => boolean
}

export function MessageField(props: Props) {
  const { label, placeholder = '', first, handle } = props
  const { preferences } = useShell()
  const element = useRef<HTMLTextAreaElement>(null)
  const attached = useRef<AttachedField | null>(null)
  const mentions = useMentions(attached, first.mentions)
  const listId = useId()
  const hooks = {
    enterSends: useStable(() => preferences.enterSends.value && !matchMedia('(pointer: coarse)').matches),
    send: useStable(props.onSend),
    edited: useStable((text: string) => {
      const field = element.current
      if (field !== null) {
        grow(field)
        mentions.look(field)
      }
      props.onEdited(text)
    }),
    take: useStable((key: Parameters<typeof mentions.take>[0]) => mentions.take(key)),
    upInEmpty: useStable(() => props.onUpInEmpty?.()),
    escape: useStable(() => props.onEscape?.() ?? false),
  }
  useLayoutEffect(() => {
    const field = element.current
    if (field === null) return undefined
    // Set once, by hand: a drawing must never set it while somebody types.
    field.value = first.text
    grow(field)
    const attaching = attachField(field, hooks)
    attached.current = attaching
    handle.current = {
      focus: () => field.focus(),
      clear() {
        field.value = ''
        mentions.map.current.clear()
        hooks.edited('')
      },
      insert: (text) => attaching.replace(text),
      settled: (work) => attaching.finish(work),
      text: () => field.value,
      mentions: () => mentions.map.current,
      body: () => toBody(field.value, mentions.map.current),
    }
    return () => attaching[Symbol.dispose]()
  }, [])
  useEffect(() => {
    const field = element.current
    const onCaret = () => {
      if (field !== null && document.activeElement === field) mentions.look(field)
    }
    field?.addEventListener('click', onCaret)
    return () => field?.removeEventListener('click', onCaret)
  }, [])
  const { shown } = mentions
  return (
    <div class="message-field">
      {shown === null ? null : <MentionList id={listId} people={shown.people} at={shown.at} onPick={mentions.pick} />}
      <textarea
        ref={element}
        rows={1}
        aria-label={label}
        placeholder={placeholder}
        aria-autocomplete="list"
        aria-controls={shown === null ? undefined : listId}
        aria-activedescendant={shown === null ? undefined : `${listId}-${shown.at}`}
        onBlur={mentions.close}
      />
    </div>
  )
}

const growsByItself = CSS.supports('field-sizing', 'content')

/** For browsers without `field-sizing`. The style sheet sets the largest height. */
function grow(field: HTMLTextAreaElement): void {
  if (growsByItself) return
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
