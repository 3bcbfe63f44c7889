const isApple = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent)

const APPLE: Readonly<Record<string, string>> = { $mod: '⌘', Meta: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧', Enter: '↩', Backspace: '⌫', Escape: 'Esc' }
const ELSEWHERE: Readonly<Record<string, string>> = { $mod: 'Ctrl', Meta: 'Win', Control: 'Ctrl', Escape: 'Esc' }
const EVERYWHERE: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Space: 'Space', ' ': 'Space' }
const SPOKEN: Readonly<Record<string, string>> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right', '?': 'question mark', '/': 'slash', ',': 'comma', '.': 'full stop', '[': 'opening bracket', ']': 'closing bracket' }

/** Keys in tinykeys' syntax, as marks to draw: one list a press, one mark a key. `'$mod+k'` is `[['⌘', 'K']]` on a Mac. */
export function keyMarks(keys: string, apple = isApple()): string[][] {
  return presses(keys).map((press) => press.map((key) => (apple ? APPLE : ELSEWHERE)[key] ?? EVERYWHERE[key] ?? letter(key)))
}

/** The same as words, for whoever listens: "G then H". */
export function keyWords(keys: string, apple = isApple()): string {
  const word = (key: string): string => (key === '$mod' ? (apple ? 'Command' : 'Control') : key === 'Alt' && apple ? 'Option' : (SPOKEN[key] ?? letter(key)))
  return presses(keys).map((press) => press.map(word).join(' + ')).join(' then ')
}

/** For aria-keyshortcuts, which knows no sequences. */
export function ariaKeys(keys: string, apple = isApple()): string | undefined {
  const [press, ...more] = presses(keys)
  if (press === undefined || more.length > 0) return undefined
  return press.map((key) => (key === '$mod' ? (apple ? 'Meta' : 'Control') : letter(key))).join('+')
}

const letter = (key: string): string => (key.length === 1 ? key.toUpperCase() : key)

const presses = (keys: string): string[][] =>
  keys
    .trim()
    .split(' ')
    .map((press) => press.split(/(?<=\w|\])\+/).filter((key) => !key.startsWith('[') || key.length === 1))
