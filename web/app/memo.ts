/** A component that is drawn again only when a prop is another value. */

import { Component, type ComponentChild, type FunctionComponent, h } from 'preact'

export function memo<P extends object>(draw: FunctionComponent<P>) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return differs(this.props, next)
    }

    override render(props: P): ComponentChild {
      return h(draw, props)
    }
  }
}

function differs(before: object, after: object): boolean {
  const [old, now] = [Object.entries(before), new Map(Object.entries(after))]
  return old.length !== now.size || old.some(([key, value]) => !Object.is(now.get(key), value))
}
