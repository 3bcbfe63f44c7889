import type { ContentSchema, JsonValue } from '@core/content-schema'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { OverrideField } from '@/features/mappings/override-field'

const schema: ContentSchema = {
  type: 'object',
  required: ['cta_text'],
  properties: { cta_text: { type: 'string', title: 'Button text', maxLength: 20 }, discount: { type: 'number', title: 'Discount' } },
}

function setup(name: string, base: JsonValue | undefined, initial?: JsonValue) {
  const onSet = vi.fn<(value: JsonValue) => void>()
  const onClear = vi.fn<() => void>()
  function Harness() {
    const [override, setOverride] = useState(initial)
    return (
      <>
        <OverrideField
          name={name}
          schema={schema}
          base={base}
          override={override}
          readOnly={false}
          onSet={(value) => {
            onSet(value)
            setOverride(value)
          }}
          onClear={() => {
            onClear()
            setOverride(undefined)
          }}
        />
        <button type="button">elsewhere</button>
      </>
    )
  }
  return { onSet, onClear, ...render(<Harness />) }
}

describe('a field of the panel', () => {
  it('is inherited until somebody overrides it, and then shows what it replaces', async () => {
    const { onSet } = setup('cta_text', 'Book now')
    expect(screen.getByText('inherited')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: /Override Button text/ }))
    expect(document.activeElement).toBe(screen.getByLabelText('Button text'))
    await userEvent.clear(screen.getByLabelText('Button text'))
    await userEvent.type(screen.getByLabelText('Button text'), 'Book on Facebook')
    expect(onSet).not.toHaveBeenCalled()
    await userEvent.click(screen.getByRole('button', { name: 'elsewhere' }))
    expect(onSet.mock.calls).toEqual([['Book on Facebook']])
    expect(screen.getByText('overridden')).toBeTruthy()
    expect(document.querySelector('s')?.textContent).toBe('Book now')
  })

  it('stays inherited when nothing was changed', async () => {
    const { onSet } = setup('cta_text', 'Book now')
    await userEvent.click(screen.getByRole('button', { name: /Override Button text/ }))
    await userEvent.click(screen.getByRole('button', { name: 'elsewhere' }))
    expect(onSet).not.toHaveBeenCalled()
    expect(screen.getByText('inherited')).toBeTruthy()
  })

  it('is written with Enter', async () => {
    const { onSet } = setup('discount', 10, 20)
    await userEvent.clear(screen.getByLabelText('Discount'))
    await userEvent.type(screen.getByLabelText('Discount'), '25{Enter}')
    expect(onSet.mock.calls).toEqual([[25]])
  })

  it('keeps what is wrong to itself and says why', async () => {
    const { onSet } = setup('cta_text', 'Book now', 'Book')
    await userEvent.type(screen.getByLabelText('Button text'), ' something far too long')
    await userEvent.click(screen.getByRole('button', { name: 'elsewhere' }))
    expect(screen.getByRole('alert').textContent).toBe('Button text must be at most 20 characters.')
    expect(onSet).not.toHaveBeenCalled()
  })

  it('may not be emptied where the type requires it', async () => {
    const { onSet } = setup('cta_text', 'Book now', 'Book')
    await userEvent.clear(screen.getByLabelText('Button text'))
    await userEvent.click(screen.getByRole('button', { name: 'elsewhere' }))
    expect(screen.getByRole('alert').textContent).toBe('Button text is required.')
    expect(onSet).not.toHaveBeenCalled()
  })

  it('is cleared on its own', async () => {
    const { onClear } = setup('cta_text', 'Book now', 'Book')
    await userEvent.click(screen.getByRole('button', { name: /own Button text/ }))
    expect(onClear).toHaveBeenCalledOnce()
    expect(screen.getByText('inherited')).toBeTruthy()
  })

  it('keeps what was typed when the panel closes', async () => {
    const { onSet, unmount } = setup('cta_text', 'Book now', 'Book')
    await userEvent.type(screen.getByLabelText('Button text'), ' here')
    unmount()
    expect(onSet.mock.calls).toEqual([['Book here']])
  })
})
