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

/** A key that was pressed before the part that listens was there. */
export interface Heard {
  event: KeyboardEvent
  /** The browser was kept from its own answer, as the shortcut would have done. */
  isClaimed: boolean
}

// The part that listens, and what comes with it, are loaded with the first key that is pressed, and hear that key too.
const heard: Heard[] = []
const parts = new Set<() => Promise<unknown>>()
let isHearing = false
let awake: Promise<void> | undefined

/** Has something loaded (and set up, when its promise resolves) before the first key that is pressed is answered. Returns what takes it back. */
export function onFirstKey(load: () => Promise<unknown>): () => void {
  parts.add(load)
  hear()
  if (awake !== undefined) void load().catch(() => undefined)
  return () => parts.delete(load)
}

/** As if a key had been pressed: for what lists the shortcuts. */
export function wakeShortcuts(): void {
  awake ??= Promise.all([import('@/lib/shortcut-listener'), ...[...parts].map((load) => load())]).then(
    ([{ listenForShortcuts }]) => {
      window.removeEventListener('keydown', onKeyDown)
      listenForShortcuts(window, heard.splice(0))
    },
    () => {
      // Offline for a moment: the next key asks again.
      awake = undefined
      heard.length = 0
    },
  )
}

function hear(): void {
  if (isHearing) return
  isHearing = true
  window.addEventListener('keydown', onKeyDown)
}

function onKeyDown(event: KeyboardEvent): void {
  if (!event.defaultPrevented) {
    const modified = event.ctrlKey || event.metaKey
    const keys = `${modified ? '$mod+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`
    // The browser does not wait: its "save page" would be open by the time that the shortcut is known.
    const isClaimed = (modified || event.target === document.body) && [...useShortcuts.getState().registered.values()].some((shortcut) => shortcut.keys === keys && !shortcut.listedOnly)
    if (isClaimed) event.preventDefault()
    heard.push({ event, isClaimed })
  }
  wakeShortcuts()
}

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
    hear()
    change((registered) => registered.set(id, { keys, label, group, inFields, inDialogs, listedOnly, act: () => latest.current() }))
    return () => change((registered) => registered.delete(id))
  }, [id, keys, label, group, enabled, inFields, inDialogs, listedOnly])
}

function change(edit: (registered: Map<string, Shortcut>) => unknown): void {
  const registered = new Map(useShortcuts.getState().registered)
  edit(registered)
  useShortcuts.setState({ registered })
}
