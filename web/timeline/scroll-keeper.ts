/**
 * Keeps what is being read where it is, whatever comes, goes or grows around it: either the end of the list stays in
 * view, or the first visible message stays at its height. It holds on to a message by its key, not by heights, which
 * change as images load and rows are laid out.
 */

type Hold = { readonly is: 'end' } | { readonly is: 'row'; readonly key: string; readonly offset: number }

/** Nearer than this to the end is at the end. */
const endPx = 100

export class ScrollKeeper implements Disposable {
  readonly #list: HTMLElement
  readonly #content: HTMLElement
  readonly #observer: ResizeObserver
  readonly #onScroll: () => void
  #hold: Hold = { is: 'end' }
  #isLive = true
  #isNewlyLive = false
  /** What the list was like when it was last looked at. */
  #seen = { top: 0, height: 0, view: 0 }

  /** Rows are children of `content` with a `data-key`. `moved` is told after every scroll. */
  constructor(list: HTMLElement, content: HTMLElement, moved: () => void) {
    this.#list = list
    this.#content = content
    this.#onScroll = () => {
      this.#measure()
      moved()
    }
    list.addEventListener('scroll', this.#onScroll, { passive: true })
    // Runs between layout and paint, so what it moves back was never seen elsewhere.
    this.#observer = new ResizeObserver(() => this.settle())
    this.#observer.observe(list)
    this.#observer.observe(content)
  }

  [Symbol.dispose](): void {
    this.#list.removeEventListener('scroll', this.#onScroll)
    this.#observer.disconnect()
  }

  get isAtEnd(): boolean {
    return this.#hold.is === 'end'
  }

  /** Whether the end of the list is the end of the room. Where it is not, nothing stays pinned to it. */
  set isLive(isLive: boolean) {
    if (this.#isLive === isLive) return
    this.#isLive = isLive
    // A row that is held stays held: the rows around it have changed already, so a look now would find another one.
    if (!isLive && this.#hold.is === 'end') this.#measure()
    this.#isNewlyLive = isLive
  }

  /** After the rows may have changed: back to what is held. */
  settle(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#list
    const { top, height, view } = this.#seen
    const isSameSize = scrollHeight === height && clientHeight === view
    const movedPx = scrollTop - top
    // The event of a person's scrolling comes a frame late. Drawing in between must not take the scrolling back.
    if (isSameSize && Math.abs(movedPx) >= 1) return this.#measure()
    const isClamped = scrollTop >= scrollHeight - clientHeight - 1
    this.#restore(isClamped ? 0 : movedPx)
  }

  toEnd(): void {
    this.#hold = { is: 'end' }
    this.#restore(0)
  }

  /** `movedPx`: how far somebody has scrolled meanwhile, which is not to be undone. */
  #restore(movedPx: number): void {
    if (this.#hold.is === 'end' && movedPx < 0) this.#measure()
    const hold = this.#hold
    const row = hold.is === 'row' ? this.#row(hold.key) : null
    if (hold.is === 'end') this.#list.scrollTop = this.#list.scrollHeight
    else if (row === null) return this.#measure()
    else {
      const shift = row.offsetTop - this.#list.scrollTop - hold.offset + movedPx
      if (Math.abs(shift) >= 1) this.#list.scrollTop += shift
    }
    this.#look()
    // What is held may be near enough to the end of the room, now that this is it.
    if (this.#isNewlyLive) this.#measure()
    this.#isNewlyLive = false
  }

  /** Brings a row to a third or the middle of the height. False: there is no such row. */
  place(key: string, where: 'third' | 'centre'): boolean {
    const row = this.#row(key)
    if (row === null) return false
    const height = this.#list.clientHeight
    const offset = where === 'third' ? height / 3 : Math.max(0, (height - row.offsetHeight) / 2)
    this.#list.scrollTop = row.offsetTop - offset
    this.#measure()
    return true
  }

  #look(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#list
    this.#seen = { top: scrollTop, height: scrollHeight, view: clientHeight }
  }

  #measure(): void {
    this.#look()
    const { scrollTop, scrollHeight, clientHeight } = this.#list
    if (this.#isLive && scrollHeight - scrollTop - clientHeight <= endPx) {
      this.#hold = { is: 'end' }
      return
    }
    const row = this.#firstVisible(scrollTop)
    const key = row?.dataset['key']
    if (row !== null && key !== undefined) this.#hold = { is: 'row', key, offset: row.offsetTop - scrollTop }
  }

  #firstVisible(top: number): HTMLElement | null {
    const { children } = this.#content
    let [low, high] = [0, children.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const child = children[middle]
      if (child instanceof HTMLElement && child.offsetTop + child.offsetHeight <= top) low = middle + 1
      else high = middle
    }
    // Dividers have no key: they move when older messages of their day arrive.
    for (let at = low; at < children.length; at++) {
      const child = children[at]
      if (child instanceof HTMLElement && child.dataset['key'] !== undefined) return child
    }
    return null
  }

  #row(key: string): HTMLElement | null {
    return this.#content.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  }
}
