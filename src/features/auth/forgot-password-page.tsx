import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { authErrorText } from '@/lib/auth-errors'
import { AuthLayout } from '@/features/auth/auth-layout'
import { CheckMail } from '@/features/auth/check-mail'
import { sendRecovery } from '@/features/auth/requests'
import { emailSchema } from '@/lib/auth-schemas'
import { TextLink } from '@/features/auth/text-link'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

const schema = z.object({ email: emailSchema })

export function Component() {
  const [sentTo, setSentTo] = useState<string | null>(null)
  const { register, handleSubmit, setError, formState } = useForm({ resolver: zodResolver(schema), defaultValues: { email: '' } })
  const { errors, isSubmitting } = formState
  const back = <TextLink to={paths.signIn.getHref()}>Back to signing in</TextLink>

  const submit = handleSubmit(async ({ email }) => {
    try {
      await sendRecovery(email)
      setSentTo(email)
    } catch (error) {
      const { field, message } = authErrorText(error)
      setError(field === 'email' ? 'email' : 'root', { message }, { shouldFocus: true })
    }
  })

  if (sentTo !== null) {
    return (
      <CheckMail
        email={sentTo}
        purpose="If there is an account with this address, the link in the message lets you choose a new password."
        resend={() => sendRecovery(sentTo)}
        footer={back}
      />
    )
  }

  return (
    <AuthLayout title="Choose a new password" sub="We send a link to your address; it lets you set a new one." footer={back}>
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label="E-mail" required error={errors.email?.message}>
          <Input type="email" autoComplete="username" {...register('email')} />
        </Field>
        {errors.root?.message !== undefined && <Notice tone="failure">{errors.root.message}</Notice>}
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Send the link
        </Button>
      </form>
    </AuthLayout>
  )
}
