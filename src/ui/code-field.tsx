import { Field, type FieldProps } from '@/ui/field'
import { Input, type InputProps } from '@/ui/input'

type CodeFieldProps = Omit<FieldProps, 'children'> & { input: InputProps }

/** A one-time code: digits of a message or an authenticator app, which phones and password managers offer to fill in. */
export function CodeField({ input, ...field }: CodeFieldProps) {
  return (
    <Field {...field}>
      <Input
        autoComplete="one-time-code"
        inputMode="numeric"
        mono
        spellCheck={false}
        // Six digits mostly, up to ten where a server is set so; pasted ones may come with spaces.
        maxLength={16}
        className="max-w-40 tracking-[0.2em]"
        {...input}
      />
    </Field>
  )
}

/** What was typed as the server wants it. */
export const codeDigits = (typed: string): string => typed.replace(/\D/g, '')
