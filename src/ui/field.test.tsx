import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Field } from './field.tsx'
import { Input } from './input.tsx'
import { Select } from './select.tsx'
import { Textarea } from './textarea.tsx'

const described = (element: HTMLElement) =>
  (element.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean).map((id) => document.getElementById(id)?.textContent)

describe('Field', () => {
  it('names its control and describes it with the hint', () => {
    render(<Field label="Slug" hint="Part of its address"><Input /></Field>)
    const input = screen.getByLabelText('Slug')
    expect(described(input)).toEqual(['Part of its address'])
    expect(input.getAttribute('aria-invalid')).toBeNull()
  })

  it('describes it with the error instead, as an alert', () => {
    render(<Field label="Slug" hint="Part of its address" error="Use small letters." required><Textarea /></Field>)
    const control = screen.getByLabelText<HTMLTextAreaElement>('Slug')
    expect(described(control)).toEqual(['Use small letters.'])
    expect(control.getAttribute('aria-invalid')).toBe('true')
    expect(control.required).toBe(true)
    expect(screen.getByRole('alert').textContent).toBe('Use small letters.')
  })

  it('adds to a description that the control has already', () => {
    render(<><p id="own">Own words</p><Field label="Name" hint="Hint"><Input aria-describedby="own" /></Field></>)
    expect(described(screen.getByLabelText('Name'))).toEqual(['Own words', 'Hint'])
  })

  it('names a Select, which is a button', () => {
    render(<Field label="Region"><Select value={undefined} onValueChange={() => {}} options={[{ value: 'n', label: 'North' }]} /></Field>)
    expect(screen.getByLabelText('Region').getAttribute('role')).toBe('combobox')
  })
})
