import { useState } from 'react'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { monthGrid } from '@/features/schedules/calendar/days'
import type { Entry } from '@/features/schedules/calendar/entries'
import { MonthGrid } from '@/features/schedules/calendar/month-grid'
import { showView } from '@/test-view'

const entry = (key: string, mark: Entry['mark'], time: string): Entry => ({ key, mark, time, label: `Entry ${key}`, to: { what: 'schedule', id: key } })
const entries = new Map([
  ['2026-11-24', [entry('a', 'planned', '09:00'), entry('b', 'opens', '10:00')]],
  ['2026-11-25', Array.from({ length: 7 }, (_, index) => entry(`many-${index}`, 'success', `0${index}:00`))],
])

async function open() {
  const opened: string[] = []
  function Calendar() {
    const [cursor, setCursor] = useState('2026-11-24')
    return (
      <>
        <a href="#before">Before</a>
        <MonthGrid label="November 2026" days={monthGrid(cursor)} entries={entries} today="2026-11-21" cursor={cursor} onCursor={setCursor} onOpen={(day) => opened.push(day)} loading={false} />
      </>
    )
  }
  const { screen } = await showView(<Calendar />)
  const focused = () => document.activeElement?.getAttribute('data-day')
  return { screen, opened, focused }
}

describe('the month', () => {
  it('is one stop of Tab, and arrows go by days and weeks', async () => {
    const { screen, focused } = await open()
    await screen.getByRole('link', { name: 'Before' }).click()
    await userEvent.keyboard('{Tab}')
    expect(focused()).toBe('2026-11-24')
    for (const [key, day] of [
      ['{ArrowRight}', '2026-11-25'], ['{ArrowDown}', '2026-12-02'], ['{ArrowLeft}', '2026-12-01'], ['{ArrowUp}', '2026-11-24'],
      ['{End}', '2026-11-29'], ['{Home}', '2026-11-23'], ['{PageDown}', '2026-12-23'], ['{PageUp}', '2026-11-23'],
    ] as const) {
      await userEvent.keyboard(key)
      await expect.poll(focused).toBe(day)
    }
    expect(document.querySelectorAll('[role=gridcell][tabindex="0"]')).toHaveLength(1)
  })

  it('opens a day with Enter, Space and a click', async () => {
    const { screen, opened } = await open()
    await screen.getByRole('link', { name: 'Before' }).click()
    await userEvent.keyboard('{Tab}{Enter} ')
    await screen.getByRole('gridcell', { name: /Wednesday 25 November/ }).click()
    expect(opened).toEqual(['2026-11-24', '2026-11-24', '2026-11-25'])
  })

  it('says what a day holds, and how many it does not show', async () => {
    const { screen } = await open()
    await expect.element(screen.getByRole('gridcell', { name: 'Tuesday 24 November: 1 planned run, 1 publishing time' })).toBeVisible()
    await expect.element(screen.getByRole('gridcell', { name: /Saturday 21 November, today: nothing/ })).toHaveAttribute('aria-current', 'date')
    await expect.element(screen.getByText('4 more')).toBeVisible()
  })
})
