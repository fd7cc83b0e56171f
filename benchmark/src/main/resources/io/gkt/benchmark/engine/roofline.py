# What the machine can do at most, with the kernels that the decoder uses.

class Roofline(Module):

  # Random numbers; dtype is torch's number of their type (5 float16, 6 float32, 15 bfloat16).
  def matrix(self, rows: int, columns: int, dtype: int) -> Tensor:
    return torch.randn([rows, columns]).to(dtype)

  def read(self, numbers: Tensor) -> Tensor:
    return torch.sum(numbers)

  def multiply(self, x: Tensor, weight: Tensor) -> Tensor:
    return torch.linear(x, weight)

  def quantize(self, numbers: Tensor, dtype: int) -> Tensor:
    return torch.quantize_per_tensor(numbers, 0.04, 0, dtype)

  def pack(self, weight: Tensor) -> __torch__.torch.classes.quantized.LinearPackedParamsBase:
    return ops.quantized.linear_prepack(weight, None)

  def multiply_integers(self, x: Tensor,
                        weight: __torch__.torch.classes.quantized.LinearPackedParamsBase) -> Tensor:
    return ops.quantized.linear(x, weight, 1.0, 0)
