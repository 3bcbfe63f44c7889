import { useState } from 'react'
import { describe, expect, it } from 'vitest'
import { WhenWords } from '@/features/schedules/when-words'
import { showView } from '@/test-view'

function Form() {
  const [when, setWhen] = useState({ cron: '0 * * * *', timeZone: 'Europe/Berlin' })
  return (
    <>
      <WhenWords {...when} onUnderstood={(cron, timeZone) => setWhen((before) => ({ cron, timeZone: timeZone ?? before.timeZone }))} />
      <p data-testid="set">{`${when.cron} ${when.timeZone}`}</p>
      <button onClick={() => setWhen({ cron: '5 5 * * *', timeZone: 'UTC' })}>Choose by hand</button>
    </>
  )
}

describe('a time in words', () => {
  it('sets what is understood, and says so to whoever listens', async () => {
    const { screen } = await showView(<Form />)
    const field = screen.getByRole('textbox', { name: /Say it in words/ })
    await field.fill('every weekday at 9:00 in Chicago')
    await expect.element(screen.getByTestId('set')).toHaveTextContent('0 9 * * 1-5 America/Chicago')
    await expect.element(screen.getByRole('status')).toHaveTextContent('Weekdays at 09:00, America/Chicago.')
    // Without a place the zone that is chosen stays.
    await field.fill('hourly')
    await expect.element(screen.getByTestId('set')).toHaveTextContent('0 * * * * America/Chicago')
    await expect.element(screen.getByRole('status')).toHaveTextContent('in your choice of zone (America/Chicago)')
  })

  it('leaves everything as it is while nothing is understood, and says why', async () => {
    const { screen } = await showView(<Form />)
    await screen.getByRole('textbox').fill('every day at 9:00 in Canada')
    await expect.element(screen.getByRole('status')).toHaveTextContent('Canada has several time zones. Name a city, such as "in Toronto".')
    await expect.element(screen.getByTestId('set')).toHaveTextContent('0 * * * * Europe/Berlin')
  })

  it('says when the fields below have moved on', async () => {
    const { screen } = await showView(<Form />)
    await screen.getByRole('textbox').fill('every monday at 7')
    await screen.getByRole('button', { name: 'Choose by hand' }).click()
    await expect.element(screen.getByRole('status')).toHaveTextContent('You have changed it below since.')
  })
})
