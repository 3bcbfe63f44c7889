import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { changePassword } from '@/features/account/queries/change-password'
import { authErrorText } from '@/lib/auth-errors'
import { newPasswordSchema, PASSWORD_MIN } from '@/lib/auth-schemas'
import { confirmIdentity, wasCancelled } from '@/lib/reauthenticate'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toaster'

const schema = z.object({ password: newPasswordSchema })

export function PasswordCard() {
  const queryClient = useQueryClient()
  const email = useSession((state) => state.user?.email) ?? ''
  const { register, handleSubmit, setError, formState, reset } = useForm({ resolver: zodResolver(schema), defaultValues: { password: '' } })
  const save = useMutation({
    mutationFn: async (password: string) => {
      await confirmIdentity()
      await changePassword(password)
    },
    onSuccess: () => {
      reset()
      void queryClient.invalidateQueries({ queryKey: ['sessions'] })
      toast.success('Your password is changed, and other browsers are signed out')
    },
    onError: (error) => {
      if (!wasCancelled(error)) setError('password', { message: authErrorText(error).message }, { shouldFocus: true })
    },
  })
  return (
    <Card title="Password">
      <form noValidate onSubmit={(event) => void handleSubmit(({ password }) => save.mutate(password))(event)} className="flex flex-col gap-3">
        {/* Password managers file the new password under this name. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <Field
          label="New password"
          required
          hint={`At least ${PASSWORD_MIN} characters. You are asked for the one that you have now, or for a code by mail, and other browsers are signed out.`}
          error={formState.errors.password?.message}
        >
          <Input {...register('password')} type="password" autoComplete="new-password" />
        </Field>
        <Button type="submit" className="self-start" busy={save.isPending}>
          Change password
        </Button>
      </form>
    </Card>
  )
}
