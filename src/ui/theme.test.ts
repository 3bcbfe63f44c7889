// @vitest-environment node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const css = readFileSync(fileURLToPath(new URL('./theme.css', import.meta.url)), 'utf8')

function token(name: string): { light: string; dark: string } {
  const value = new RegExp(`--${name}: (?:light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)|(#[0-9a-f]{6}));`).exec(css)
  if (value === null) throw new Error(`No token --${name}`)
  return { light: value[1] ?? value[3] ?? '', dark: value[2] ?? value[3] ?? '' }
}

/** Relative luminance and contrast ratio: WCAG 2.2, definitions. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['ground', 'panel', 'sunk', 'hover']
const tones = ['success', 'warning', 'failure', 'running', 'muted']
const text: [ink: string, ground: string][] = [
  ...['ink', 'ink-2', 'ink-3', 'accent-ink', 'accent', ...tones].flatMap((ink) => grounds.map((ground): [string, string] => [ink, ground])),
  ...tones.map((tone): [string, string] => [tone, `${tone}-ground`]),
  ...['ink', 'ink-2', 'ink-3', 'accent-ink'].map((ink): [string, string] => [ink, 'accent-ground']),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-failure', 'failure'],
  ['on-failure', 'failure-hover'],
  ...['ink', 'dim', 'info', 'warn', 'error', 'success'].flatMap((ink) => [[`term-${ink}`, 'term-ground'], [`term-${ink}`, 'term-bar']] as [string, string][]),
]
const edges: [string, string][] = ['ground', 'panel', 'sunk'].map((ground) => ['control', ground])

describe('every pair of tokens', () => {
  it.each(text)('%s on %s reads (4.5:1)', (ink, ground) => {
    for (const theme of ['light', 'dark'] as const) expect(contrast(token(ink)[theme], token(ground)[theme]), theme).toBeGreaterThanOrEqual(4.5)
  })

  it.each(edges)('the edge %s shows on %s (3:1)', (edge, ground) => {
    for (const theme of ['light', 'dark'] as const) expect(contrast(token(edge)[theme], token(ground)[theme]), theme).toBeGreaterThanOrEqual(3)
  })
})
