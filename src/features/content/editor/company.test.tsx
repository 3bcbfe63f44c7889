import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Company, FieldCompany, initials } from './company.tsx'

const someone = (name: string, fields: string[] = []) => ({ userId: name, name, fields })

describe('who else is editing', () => {
  it('is said in a sentence', () => {
    const { rerender } = render(<Company companions={[someone('Anna Berg')]} />)
    expect(screen.getByRole('status').textContent).toContain('Anna Berg is editing this too')
    rerender(<Company companions={['Anna', 'Ben', 'Cleo', 'Dan'].map((name) => someone(name))} />)
    expect(screen.getByRole('status').textContent).toContain('Anna, Ben & 2 others are editing this too')
    rerender(<Company companions={[someone('You, in another window')]} />)
    expect(screen.getByRole('status').textContent).toContain('You are editing this in another window')
    rerender(<Company companions={[]} />)
    expect(screen.getByRole('status').textContent).toBe('')
  })
  it('is shown at the field that they have in hand', () => {
    const { container } = render(<FieldCompany companions={[someone('Anna', ['headline']), someone('Ben', ['body'])]} field="headline" />)
    expect(container.textContent).toContain('Anna is here')
  })
  it('has initials of any name', () => {
    expect([initials('Anna Maria Berg'), initials('ops@example.com'), initials('anna.berg@example.com'), initials('秋'), initials('')]).toEqual(['AB', 'OP', 'AB', '秋', ''])
  })
})
