import type { TerminalLine } from '@/ui/terminal/line'

/** Of one line of text, and of the two that a narrow screen needs. Both as terminal-row.tsx lays them out. */
export const ROW_HEIGHT = { wide: 25, narrow: 44 }

/** What stands beside the message: paddings, columns and the gaps between them; and the caret of a payload. */
const BESIDE = { wide: 24 + 48 + 72 + 60 + 104 + 4 * 12, narrow: 24 }
const CARET = 20
/** Of an em: every character of a monospaced face is as wide (JetBrains Mono: 600 of 1000 units). */
const ADVANCE = 0.6
const FONT_PX = 13
/** Faces that step in for what ours does not have may be wider. */
const PLAIN = /^[\x20-\x7e\u00a0-\u024f\u2010-\u2026]*$/

/**
 * Whether a line surely takes one line of text, so that its height need not be measured. The face is monospaced, so the width
 * follows from the length; measuring is what a fast scroll through 100,000 lines would spend its time on.
 */
export function fitsOneLine({ message, payload }: TerminalLine, width: number, wide: boolean): boolean {
  const room = width - (wide ? BESIDE.wide : BESIDE.narrow) - (payload === null || payload === undefined ? 0 : CARET)
  return message.length * ADVANCE * FONT_PX <= room && PLAIN.test(message)
}
