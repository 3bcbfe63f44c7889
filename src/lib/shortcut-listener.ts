import { createKeybindingsHandler } from 'tinykeys'
import { useShortcuts, type Heard, type Shortcut } from '@/lib/shortcuts'

/** How long a sequence waits for its next key. */
const PAUSE_MS = 1000

/** Whatever takes letters as text, or as a search in its own list. */
const TAKES_TEXT = 'input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=searchbox], [role=combobox], [role=listbox], [role=option]'
const TAKES_NO_TEXT = 'input:is([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset], [type=range], [type=color], [type=file])'
const OPEN = ':is([role=dialog], [role=alertdialog], [role=menu]):not([data-state=closed])'

/** Pressed earlier, and kept from the browser's own answer for the shortcut's sake alone. */
const claimed = new WeakSet<KeyboardEvent>()

/**
 * Hears the keys for everything that is registered, now and later, and those that were pressed before it was there. Returns what
 * ends it.
 */
export function listenForShortcuts(target: Window = window, earlier: readonly Heard[] = []): () => void {
  let handle = handlerOf(useShortcuts.getState().registered)
  const stop = useShortcuts.subscribe(({ registered }, before) => {
    // A handler remembers the first key of a sequence; what only draws itself anew must not make it forget.
    if (keysOf(registered) !== keysOf(before.registered)) handle = handlerOf(registered)
  })
  const onKeyDown = (event: KeyboardEvent) => handle(event)
  target.addEventListener('keydown', onKeyDown)
  for (const { event, isClaimed } of earlier) {
    if (isClaimed) claimed.add(event)
    handle(event)
  }
  return () => {
    stop()
    target.removeEventListener('keydown', onKeyDown)
  }
}

const keysOf = (registered: ReadonlyMap<string, Shortcut>): string => [...new Set([...registered.values()].map(({ keys }) => keys))].sort().join('\n')

function handlerOf(registered: ReadonlyMap<string, Shortcut>): (event: KeyboardEvent) => void {
  // The sequences first: the second key of "g c" is not the shortcut "c".
  const all = [...new Set([...registered.values()].map(({ keys }) => keys))].sort((a, b) => Number(isSequence(b)) - Number(isSequence(a)))
  const firsts = new Set(all.filter(isSequence).map((keys) => keys.split(' ')[0]))
  let begun = -Infinity
  const map = Object.fromEntries(
    all.map((keys) => [
      anyShift(keys),
      (event: KeyboardEvent) => {
        // "g" and then a letter that leads nowhere is a slip, not the shortcut of that letter.
        if (!isSequence(keys) && event.timeStamp - begun < PAUSE_MS && isPlain(event)) return
        // Asked for now: what the keys do may have changed hands since.
        const shortcut = [...useShortcuts.getState().registered.values()].filter((one) => one.keys === keys && isHeard(one, event)).at(-1)
        if (shortcut === undefined) return
        event.preventDefault()
        shortcut.act()
      },
    ]),
  )
  const handle = createKeybindingsHandler(map, { timeout: PAUSE_MS, ignore: (event) => event.repeat || event.isComposing || (event.defaultPrevented && !claimed.has(event)) })
  return (event) => {
    handle(event)
    if (isPlain(event)) begun = firsts.has(event.key) && !isInField(event) ? event.timeStamp : -Infinity
  }
}

function isHeard(shortcut: Shortcut, event: KeyboardEvent): boolean {
  if (shortcut.listedOnly) return false
  if (!shortcut.inFields && isInField(event)) return false
  return shortcut.inDialogs || document.querySelector(OPEN) === null
}

function isInField({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest(TAKES_TEXT) !== null && !target.matches(TAKES_NO_TEXT)
}

const isSequence = (keys: string): boolean => keys.includes(' ')
const isPlain = ({ ctrlKey, metaKey, altKey, key }: KeyboardEvent): boolean => !ctrlKey && !metaKey && !altKey && key.length === 1

/** "?" and "/" are written with Shift on some keyboards and without it on others. */
const anyShift = (keys: string): string => keys.split(' ').map((press) => (/^[^\p{L}\p{N}]$/u.test(press) ? `[Shift]+${press}` : press)).join(' ')
