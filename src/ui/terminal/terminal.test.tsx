import { fireEvent, render, screen, within } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TerminalLine } from './line.ts'
import { Terminal } from './terminal.tsx'

const sites = [
  { id: 'g', name: 'Google Campaign', slug: 'google' },
  { id: 'f', name: 'Facebook Campaign', slug: 'facebook' },
]
const line = (seq: number, over: Partial<TerminalLine> = {}): TerminalLine => ({
  seq, at: 1000 + seq, level: 'info', message: `message ${seq}`, siteId: seq % 2 === 0 ? 'g' : 'f', payload: null, ...over,
})
const lines = (n: number) => Array.from({ length: n }, (_, index) => line(index + 1))

const show = (props: Partial<Parameters<typeof Terminal>[0]> = {}) => (
  <Terminal lines={lines(3)} origin={1000} sites={sites} state="live" fileName="run-1" {...props} />
)

// jsdom lays nothing out; the virtualiser asks for these and would show no row without them.
beforeEach(() => {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(500)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(900)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(25)
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  Object.defineProperty(Element.prototype, 'scrollTo', { configurable: true, value: () => undefined })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('Terminal', () => {
  it('shows each line with its distance from the start, its level, its site and its words', () => {
    render(show({ lines: [line(1), line(2, { level: 'warn', message: '500 from destination', at: 1058 })] }))
    const row = screen.getByText('500 from destination').closest<HTMLElement>('[data-seq]')!
    for (const words of ['+58 ms', 'warn', 'google']) expect(within(row).getByText(words)).toBeDefined()
    expect(screen.getByText('LIVE STREAMING')).toBeDefined()
    expect(screen.getByText('2 lines')).toBeDefined()
  })

  it.each([
    ['connecting', 'Connecting…'], ['reconnecting', 'Reconnecting…'], ['catching-up', 'Catching up…'], ['finished', 'Finished'],
  ] as const)('says that it is %s', (state, words) => {
    render(show({ state }))
    expect(screen.getByText(words)).toBeDefined()
    expect(screen.queryByText('LIVE STREAMING')).toBeNull()
  })

  it('opens a payload in place', async () => {
    const user = userEvent.setup()
    render(show({ lines: [line(1, { payload: { version: 1 } })] }))
    const button = screen.getByRole('button', { name: /message 1/ })
    expect(screen.queryByRole('region', { name: 'payload of line 1' })).toBeNull()
    await user.click(button)
    expect(button.getAttribute('aria-expanded')).toBe('true')
    expect(screen.getByRole('region', { name: 'payload of line 1' }).textContent).toContain('"version"')
  })

  it('keeps only a window of a long log in the document', () => {
    render(show({ lines: lines(100_000), state: 'finished' }))
    expect(screen.getByText('100,000 lines')).toBeDefined()
    expect(document.querySelectorAll('[data-seq]').length).toBeLessThan(60)
  })

  it('searches, and leads back when nothing matches', async () => {
    const user = userEvent.setup()
    render(show())
    await user.click(screen.getByRole('button', { name: 'Search the log' }))
    await user.paste('message 2')
    expect(await screen.findByText('1 of 3 lines')).toBeDefined()
    expect(screen.queryByText('message 3')).toBeNull()
    await user.clear(screen.getByRole('searchbox'))
    await user.paste('nothing like it')
    await user.click(await screen.findByRole('button', { name: 'Show all lines' }))
    expect(await screen.findByText('3 lines')).toBeDefined()
  })

  it('copies the chosen lines with the keyboard, and lets go of them with Escape', async () => {
    const user = userEvent.setup()
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    render(show())
    fireEvent.click(screen.getByText('+2 ms'))
    fireEvent.click(screen.getByText('+3 ms'), { shiftKey: true })
    screen.getByRole('log').focus()
    await user.keyboard('{Control>}c{/Control}')
    expect(written.mock.calls[0]?.[0].split('\n').map((text) => text.slice(-9))).toEqual(['message 2', 'message 3'])
    await user.keyboard('{Escape}{Control>}a{/Control}')
    expect(screen.getByRole('button', { name: 'Copy 3 chosen lines' })).toBeDefined()
    await user.keyboard('{Escape}')
    expect(screen.getByRole('button', { name: 'Copy 3 lines' })).toBeDefined()
  })

  it('is a log that can be reached, and reads out what is new only while it is live', () => {
    const { rerender } = render(show())
    const log = screen.getByRole('log')
    expect(log.tabIndex).toBe(0)
    expect(log.getAttribute('aria-live')).toBe('polite')
    rerender(show({ state: 'finished' }))
    expect(log.getAttribute('aria-live')).toBe('off')
  })

  it('says what it waits for', () => {
    const { rerender } = render(show({ lines: [] }))
    expect(screen.getByText('Waiting for the first line…')).toBeDefined()
    rerender(show({ lines: [], state: 'finished' }))
    expect(screen.getByText('This run wrote no lines.')).toBeDefined()
  })
})
