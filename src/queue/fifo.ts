/** A queue in memory: a linked list, so that adding and taking cost the same however long it is. */
export class Fifo<Value> {
  #head: Link<Value> | null = null
  #tail: Link<Value> | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  push(value: Value): void {
    const link: Link<Value> = { value, next: null }
    if (this.#tail === null) this.#head = link
    else this.#tail.next = link
    this.#tail = link
    this.#size++
  }

  /** Takes the oldest; undefined when there is none. */
  shift(): Value | undefined {
    const link = this.#head
    if (link === null) return undefined
    this.#head = link.next
    if (link.next === null) this.#tail = null
    this.#size--
    return link.value
  }

  /** Keeps, in their order, those that `keep` says yes to. Calls it once for each. */
  retain(keep: (value: Value) => boolean): void {
    for (let left = this.#size; left > 0; left--) {
      const value = this.shift()
      if (value !== undefined && keep(value)) this.push(value)
    }
  }
}

type Link<Value> = { readonly value: Value; next: Link<Value> | null }
