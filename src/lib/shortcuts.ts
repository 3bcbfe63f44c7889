import { useEffect, useId, useRef } from 'react'
import { create } from 'zustand'

export interface Shortcut {
  /** In tinykeys' syntax: `'n'`, `'g h'` (one after the other), `'$mod+k'` (Cmd on a Mac, Ctrl elsewhere). */
  keys: string
  label: string
  group: string
  act: () => void
  /** Heard while somebody types in a field as well. */
  inFields: boolean
  /** Heard while a dialog or a menu is open as well. */
  inDialogs: boolean
  /** Listed alone: whoever has the focus (a grid) hears it by itself. */
  listedOnly: boolean
}

export interface ShortcutOptions {
  /** Under which heading `?` lists it; without one, "On this page". */
  group?: string
  enabled?: boolean
  inFields?: boolean
  inDialogs?: boolean
  listedOnly?: boolean
}

export const ON_THIS_PAGE = 'On this page'

/** Everything that can be pressed right now, in the order in which it came: where keys are the same, the last one is meant. */
export const useShortcuts = create<{ registered: ReadonlyMap<string, Shortcut> }>(() => ({ registered: new Map() }))

// The part that listens comes with the first shortcut, beside the first page and not within it.
let listening: Promise<unknown> | undefined

/**
 * A key for something this component can do, for as long as it is mounted: `useShortcut('n', 'New item', open)`.
 * Everything registered is listed on `?`. Keys pressed in a field or while a dialog or a menu is open are theirs, unless asked for.
 */
export function useShortcut(keys: string, label: string, act: () => void, options: ShortcutOptions = {}): void {
  const { group = ON_THIS_PAGE, enabled = true, inFields = false, inDialogs = false, listedOnly = false } = options
  const id = useId()
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  useEffect(() => {
    if (!enabled) return
    listening ??= import('@/lib/shortcut-listener').then(
      ({ listenForShortcuts }) => listenForShortcuts(),
      // Offline for a moment: the next one asks again.
      () => (listening = undefined),
    )
    change((registered) => registered.set(id, { keys, label, group, inFields, inDialogs, listedOnly, act: () => latest.current() }))
    return () => change((registered) => registered.delete(id))
  }, [id, keys, label, group, enabled, inFields, inDialogs, listedOnly])
}

function change(edit: (registered: Map<string, Shortcut>) => unknown): void {
  const registered = new Map(useShortcuts.getState().registered)
  edit(registered)
  useShortcuts.setState({ registered })
}
