import { useEffect, useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import type { TerminalLine } from '@/ui/terminal/line'
import { Terminal } from '@/ui/terminal/terminal'
import type { TerminalState } from '@/ui/terminal/stream-state'

const sites = [
  { id: 'g', name: 'Google Campaign', slug: 'google' },
  { id: 'f', name: 'Facebook Campaign', slug: 'facebook' },
]
/** Every twentieth is too long for one line of text, every seventh has a payload. */
const line = (seq: number): TerminalLine => ({
  seq, at: 1000 + seq, level: ['info', 'warn', 'error', 'success', 'debug'][seq % 5] ?? 'info', siteId: seq % 3 === 0 ? null : seq % 2 === 0 ? 'g' : 'f',
  message: seq % 20 === 0 ? `message ${seq} ${'and so on, '.repeat(20)}` : `message ${seq}`, payload: seq % 7 === 0 ? { line: seq } : null,
})
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => line(from + index))

interface ExampleProps {
  first: readonly TerminalLine[]
  state?: TerminalState
  marked?: number | null
  onMark?: (seq: number) => void
}

const held: { set: (lines: readonly TerminalLine[]) => void } = { set: () => undefined }
const setLines = (lines: readonly TerminalLine[]) => held.set(lines)

function Example({ first, state = 'finished', marked = null, onMark }: ExampleProps) {
  const [shown, setShown] = useState(first)
  useEffect(() => {
    held.set = setShown
  }, [])
  return <Terminal className="h-120 max-h-120" lines={shown} origin={1000} sites={sites} state={state} fileName="run-1" marked={marked} {...(onMark === undefined ? {} : { onMark })} />
}

const log = () => document.querySelector<HTMLElement>('[role=log]')!
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-seq]')].sort((a, b) => Number(a.dataset['seq']) - Number(b.dataset['seq']))
const scrollTo = (top: number) => {
  log().scrollTop = top
}
const atEnd = () => log().scrollTop + log().clientHeight >= log().scrollHeight - 2
/** Whatever stands in a row is of its own line: a row that is used again shows nothing of the one before. */
function expectRight(): void {
  const all = rows()
  expect(all.length).toBeGreaterThan(10)
  expect(all.length).toBeLessThan(80)
  all.forEach((row, index) => {
    const seq = Number(row.dataset['seq'])
    expect(row.textContent.startsWith(`${seq}+`)).toBe(true)
    expect(row.textContent).toContain(`message ${seq}`)
    const next = all[index + 1]
    // One below the other, without a gap and without an overlap, whether its height was measured or known.
    if (next !== undefined && Number(next.dataset['seq']) === seq + 1) expect(Math.abs(row.getBoundingClientRect().bottom - next.getBoundingClientRect().top)).toBeLessThanOrEqual(1)
  })
}

describe('the log of a run, in a browser', () => {
  it('shows the right lines wherever one scrolls in 100,000 of them', async () => {
    await showView(<Example first={lines(1, 100_000)} />)
    await vi.waitFor(expectRight)
    for (const part of [0.5, 0.1, 0.9, 0.500_1, 1, 0]) {
      scrollTo(log().scrollHeight * part)
      await vi.waitFor(() => {
        const seen = Number(rows()[0]?.dataset['seq'])
        expect(Math.abs(seen / 100_000 - part)).toBeLessThan(0.02)
        expectRight()
      })
    }
  })

  it('gives the sites of one log colours that are far apart', async () => {
    await showView(<Example first={lines(1, 30)} />)
    const colour = (slug: string) => getComputedStyle([...log().querySelectorAll('span')].find(({ textContent }) => textContent === slug)!).color
    await vi.waitFor(() => expect(colour('google')).not.toBe(colour('facebook')))
  })

  it('follows new lines at the end, stays where somebody reads, and can be paused', async () => {
    const { screen } = await showView(<Example first={lines(1, 200)} state="live" />)
    await vi.waitFor(() => expect(atEnd()).toBe(true))
    setLines(lines(1, 260))
    await vi.waitFor(() => {
      expect(rows().at(-1)?.dataset['seq']).toBe('260')
      expect(atEnd()).toBe(true)
    })
    await userEvent.click(screen.getByRole('button', { name: 'Pause: stay where I read' }).element())
    const before = log().scrollTop
    setLines(lines(1, 320))
    await expect.element(screen.getByText('320 lines', { exact: true })).toBeVisible()
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    expect(Math.abs(log().scrollTop - before)).toBeLessThanOrEqual(1)
    await userEvent.click(screen.getByRole('button', { name: 'Follow new lines' }).element())
    await userEvent.click(screen.getByRole('button', { name: 'Jump to latest' }).element())
    setLines(lines(1, 330))
    await vi.waitFor(() => expect(rows().at(-1)?.dataset['seq']).toBe('330'))
  })

  it('opens at the line that a link names, and keeps it in sight while lines come in above', async () => {
    await showView(<Example first={lines(5000, 5600)} marked={5300} onMark={() => undefined} />)
    const inSight = () => {
      const row = rows().find(({ dataset }) => dataset['seq'] === '5300')
      if (row === undefined) return false
      const { top, bottom } = row.getBoundingClientRect()
      const box = log().getBoundingClientRect()
      return top >= box.top && bottom <= box.bottom
    }
    await vi.waitFor(() => expect(inSight()).toBe(true))
    setLines(lines(2000, 5600))
    await vi.waitFor(() => expect(log().scrollHeight).toBeGreaterThan(3000 * 20))
    await vi.waitFor(() => expect(inSight()).toBe(true))
    setLines(lines(1, 6000))
    await vi.waitFor(() => expect(log().scrollHeight).toBeGreaterThan(5900 * 20))
    await vi.waitFor(() => expect(inSight()).toBe(true))
  })

  it('hands out the address of a line by its number, and by key for the chosen one', async () => {
    const onMark = vi.fn()
    const { screen } = await showView(<Example first={lines(1, 50)} onMark={onMark} />)
    await userEvent.click(screen.getByRole('link', { name: '4', exact: true }).element())
    expect(onMark).toHaveBeenLastCalledWith(4)
    await userEvent.click(screen.getByText('+6 ms', { exact: true }).element())
    log().focus()
    await userEvent.keyboard('l')
    expect(onMark).toHaveBeenLastCalledWith(6)
  })

  it('opens a payload in place, and the lines below make room', async () => {
    const { screen } = await showView(<Example first={lines(1, 300)} />)
    const button = screen.getByRole('button', { name: /^message 7 / })
    await userEvent.click(button.element())
    await expect.element(screen.getByRole('region', { name: 'payload of line 7', exact: true })).toBeVisible()
    await vi.waitFor(expectRight)
    scrollTo(3000)
    await vi.waitFor(() => expect(Number(rows()[0]?.dataset['seq'])).toBeGreaterThan(60))
    scrollTo(0)
    await expect.element(screen.getByRole('region', { name: 'payload of line 7', exact: true })).toBeVisible()
    await vi.waitFor(expectRight)
  })
})
