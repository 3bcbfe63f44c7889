import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Combobox } from '@/ui/combobox'
import { Field } from '@/ui/field'

const ZONES = ['Europe/Berlin', 'UTC', 'America/New York', 'Asia/Kolkata'].map((zone) => ({ value: zone, label: zone }))

beforeAll(() => {
  // jsdom lays nothing out.
  HTMLElement.prototype.scrollIntoView = () => undefined
  window.ResizeObserver = class {
    observe = () => undefined
    unobserve = () => undefined
    disconnect = () => undefined
  }
})

function setup() {
  const onSubmit = vi.fn<() => void>()
  function Harness() {
    const [zone, setZone] = useState('UTC')
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        <Field label="Time zone">
          <Combobox value={zone} onValueChange={setZone} options={ZONES} nothingFound="No such zone." />
        </Field>
        <output>{zone}</output>
        <button type="submit">Save</button>
      </form>
    )
  }
  render(<Harness />)
  return { onSubmit, field: screen.getByRole<HTMLInputElement>('combobox', { name: 'Time zone' }), chosen: () => screen.getByRole('status').textContent }
}

const labels = () => within(screen.getByRole('listbox')).queryAllByRole('option').map((option) => option.textContent)

describe('Combobox', () => {
  it('shows every option, the chosen one marked, and finds by any word of the label', async () => {
    const { field } = setup()
    await userEvent.click(field)
    await screen.findByRole('listbox')
    expect(labels()).toHaveLength(4)
    expect(screen.getByRole('option', { selected: true }).textContent).toBe('UTC')
    await userEvent.type(field, 'york')
    expect(labels()).toEqual(['America/New York'])
    await userEvent.clear(field)
    await userEvent.type(field, 'eur ber')
    expect(labels()).toEqual(['Europe/Berlin'])
  })

  it('is worked by keys, and Enter in its list does not send the form', async () => {
    const { field, chosen, onSubmit } = setup()
    field.focus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}')
    await screen.findByRole('listbox')
    expect(document.getElementById(field.getAttribute('aria-activedescendant') ?? '')?.textContent).toBe('America/New York')
    await userEvent.keyboard('{Enter}')
    expect(chosen()).toBe('America/New York')
    expect(field.value).toBe('America/New York')
    expect(screen.queryByRole('listbox')).toBeNull()
    expect(onSubmit).not.toHaveBeenCalled()
  })

  it('keeps the choice when what was typed is left or means nothing', async () => {
    const { field, chosen } = setup()
    await userEvent.type(field, 'asia')
    await userEvent.keyboard('{Escape}')
    expect(field.value).toBe('UTC')
    await userEvent.type(field, 'atlantis')
    expect(screen.getByText('No such zone.')).toBeTruthy()
    await userEvent.tab()
    expect(chosen()).toBe('UTC')
    expect(field.value).toBe('UTC')
  })

  it('takes what was found when one goes on with Tab, and what is clicked', async () => {
    const { field, chosen } = setup()
    await userEvent.type(field, 'kolk')
    await userEvent.tab()
    expect(chosen()).toBe('Asia/Kolkata')
    await userEvent.click(field)
    await userEvent.click(screen.getByRole('option', { name: 'Europe/Berlin' }))
    expect(chosen()).toBe('Europe/Berlin')
  })
})
