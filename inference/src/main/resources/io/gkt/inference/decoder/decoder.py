# The arithmetic of every supported decoder-only model, as one TorchScript program.
#
# Java packs this file into an archive in memory and loads it once per model. Each decode step is then
# one native call: the loop over layers and rows runs here, on CPU or CUDA alike. Java owns slots,
# positions and sampling; this program owns the arithmetic and sees only what it is passed.
#
# `shape` is [query heads, key/value heads, head size]. A layer is its twelve tensors in the order of their use in
# `project` and `mix`; one that the architecture does not have has no elements. Queries, keys and values are one
# projection (rows in that order), and so are gate and up.
#
# A step of a small model is thousands of operations on a few numbers each: what counts is how many there are, not how
# large. An operation with a number takes more than twice as long as one with a tensor, which is why constants are
# tensors, `eps` among them.
#
# `kernel` says how matrices are held and multiplied: 0 as tensors, which are integers with a scale a row or numbers of
# any type, on any device; on x86 CPUs also 1 as tensors in oneDNN's order, 2 as float16 packed by FBGEMM, 3 as int8
# packed by FBGEMM. Packed matrices are no tensors: they are in `packed`, the output head and then four a layer
# (query-key-value, output, gate-up, down). The tensors in their places are [2, 1, 1] for kernel 3, see `linear_int8`,
# and have no elements for kernel 2.

class Decoder(Module):

  # RMS norm (Zhang and Sennrich, arXiv 1910.07467) of the last dimension; torch's own takes twice the time on CPU.
  def norm(self, x: Tensor, weight: Tensor, eps: Tensor) -> Tensor:
    length = torch.linalg_vector_norm(x, 2, [-1], True)
    return (x * torch.addcmul(eps, length, length, value=1.0 / x.size(-1)).rsqrt_()).mul_(weight)

  def linear(self, x: Tensor, weight: Tensor, bias: Tensor, kernel: int,
             packed: List[__torch__.torch.classes.quantized.LinearPackedParamsBase], index: int) -> Tensor:
    if kernel == 3:
      y = self.linear_int8(x, weight, packed[index])
    elif kernel == 2:
      y = ops.quantized.linear_dynamic_fp16(x, packed[index])
    elif kernel == 1:
      y = ops.mkldnn._linear_pointwise(x.to(weight.dtype), weight, None, "none",
                                       annotate(List[Optional[number]], []), "").to(x.dtype)
    elif weight.is_quantized:
      y = torch.linear(x, torch.dequantize(weight))
    else:
      y = torch.linear(x.to(weight.dtype), weight).to(x.dtype)
    if bias.numel() > 0:
      y = y.add_(bias)
    return y

  # Each row is scaled by its own largest magnitude and split into two rows of integers from -63 to 63, what rounding
  # took from the first being in the second: 13 bits a number, so that outliers leave the rest its precision. Rows
  # don't influence one another, and the sums are exact integers. One product for both reads the weights once; CPUs
  # without VNNI add pairs of products in 16 bits, which 7 bits can't overflow. `split` is [63, 126 * 63]; the weights'
  # scales are divided by 63 in return.
  def linear_int8(self, x: Tensor, split: Tensor,
                  weight: __torch__.torch.classes.quantized.LinearPackedParamsBase) -> Tensor:
    largest = torch.amax(torch.abs(x), [-1], True).clamp_min_(1.0e-30)
    rows = x * (split / largest)
    coarse = rows.select(0, 0).round_()
    rows.select(0, 1).sub_(coarse, alpha=126.0)
    y = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(rows.flatten(0, 1), 1.0, 64, weight)
    first, second = y.chunk(2)
    return first.add_(second, alpha=1.0 / 126.0).mul_(largest)

  # Rotary position embedding over the halves of each head: x [.., heads, size], cos and sin [.., 1, 2, size / 2], the
  # first half's sines being negative.
  def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    halves = x.unflatten(-1, [2, cos.size(-1)])
    return (halves * cos).addcmul_(torch.flip(halves, [-2]), sin).flatten(-2, -1)

  # Normed input to rotated queries [.., heads, size], rotated keys and values [.., kv heads, size].
  def project(self, x: Tensor, layer: List[Tensor], kernel: int,
              packed: List[__torch__.torch.classes.quantized.LinearPackedParamsBase], index: int,
              cos: Tensor, sin: Tensor, shape: List[int], eps: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    heads, kv_heads, size = shape
    qkv = self.linear(self.norm(x, layer[0], eps), layer[1], layer[2], kernel, packed, index)
    qkv = qkv.unflatten(-1, [heads + 2 * kv_heads, size])
    qk = qkv.narrow(-2, 0, heads + kv_heads)
    v = qkv.narrow(-2, heads + kv_heads, kv_heads)
    if layer[5].numel() > 0:
      q = self.norm(qk.narrow(-2, 0, heads), layer[5], eps)
      k = self.norm(qk.narrow(-2, heads, kv_heads), layer[6], eps)
      qk = torch.cat([q, k], -2)
    qk = self.rotate(qk, cos, sin)
    return (qk.narrow(-2, 0, heads), qk.narrow(-2, heads, kv_heads), v)

  # What follows attention: output projection, then the gated feed-forward network, both residual.
  def mix(self, x: Tensor, attended: Tensor, layer: List[Tensor], kernel: int,
          packed: List[__torch__.torch.classes.quantized.LinearPackedParamsBase], index: int, eps: Tensor) -> Tensor:
    x = self.linear(attended, layer[3], layer[4], kernel, packed, index + 1).add_(x)
    gate, up = self.linear(self.norm(x, layer[7], eps), layer[8], layer[9], kernel, packed, index + 2).chunk(2, -1)
    return self.linear(torch.silu(gate).mul_(up), layer[10], layer[11], kernel, packed, index + 3).add_(x)

  # One step over ragged rows. Row r is `rows[3r : 3r + 3]` = [slot, tokens already cached, new tokens];
  # `tokens` holds the new tokens of all rows, one after the other. Their keys and values are written into
  # `keys` and `values`, one tensor [slots, kv heads, context, size] a layer. `embedding` is the token embedding as
  # bytes [vocabulary, bytes a row] of numbers of `embedding_type`; `weights` is [final norm, output head]. Returns
  # the logits after the last new token of each row: [rows, vocabulary], float32. Rows share the matrix products and
  # nothing else.
  def step(self, tokens: List[int], rows: List[int], embedding: Tensor, embedding_type: int,
           weights: List[Tensor], layers: List[List[Tensor]], kernel: int,
           packed: List[__torch__.torch.classes.quantized.LinearPackedParamsBase],
           keys: List[Tensor], values: List[Tensor], cos: Tensor, sin: Tensor, shape: List[int],
           eps: Tensor) -> Tensor:
    heads, kv_heads, size = shape
    group = heads // kv_heads
    device = cos.device
    context = keys[0].size(2)
    strides = keys[0].stride()
    count = len(rows) // 3

    positions: List[Tensor] = []
    cells: List[Tensor] = []
    masks: List[Tensor] = []
    lengths: List[int] = []
    last: List[int] = []
    end = 0
    for r in range(count):
      slot = rows[3 * r]
      cached = rows[3 * r + 1]
      new = rows[3 * r + 2]
      position = torch.arange(cached, cached + new, dtype=4, device=device)
      positions.append(position)
      cells.append(position + slot * kv_heads * context)
      if new == 1:
        masks.append(torch.empty([0], device=device))
      else:
        seen = torch.arange(cached + new, device=device).unsqueeze(0) <= position.unsqueeze(1)
        masks.append(seen.repeat([group, 1]))
      lengths.append(new)
      end += new
      last.append(end - 1)
    position = torch.cat(positions)
    cell = (torch.cat(cells).unsqueeze(1) + torch.arange(kv_heads, device=device).unsqueeze(0) * context).flatten()
    cos = cos.index_select(0, position).unsqueeze(1)
    sin = sin.index_select(0, position).unsqueeze(1)

    x = torch.index_select(embedding, 0, torch.tensor(tokens, dtype=4))
    x = torch.view_copy(x, dtype=embedding_type).to(device=device, dtype=6)
    for i in range(len(layers)):
      q, k, v = self.project(x, layers[i], kernel, packed, 1 + 4 * i, cos, sin, shape, eps)
      # Query heads that share a key head are folded into its sequence: scaled_dot_product_attention's
      # own grouping is several times slower on CPU.
      queries = q.to(keys[i].dtype).view([end, kv_heads, group, size]).split_with_sizes(lengths)
      keys[i].view([-1, size]).index_copy_(0, cell, k.reshape([-1, size]).to(keys[i].dtype))
      values[i].view([-1, size]).index_copy_(0, cell, v.reshape([-1, size]).to(keys[i].dtype))
      attended: List[Tensor] = []
      for r in range(count):
        begin = rows[3 * r] * strides[0]
        new = rows[3 * r + 2]
        sizes = [1, kv_heads, rows[3 * r + 1] + new, size]
        key = torch.as_strided(keys[i], sizes, strides, begin)
        value = torch.as_strided(values[i], sizes, strides, begin)
        if new == 1:
          out = torch.scaled_dot_product_attention(queries[r], key, value)
        else:
          query = queries[r].permute([1, 2, 0, 3]).reshape([1, kv_heads, group * new, size])
          out = torch.scaled_dot_product_attention(query, key, value, masks[r])
          out = out.view([kv_heads, group, new, size]).permute([2, 0, 1, 3])
        attended.append(out)
      x = self.mix(x, torch.cat(attended).reshape([end, heads * size]).to(x.dtype), layers[i], kernel, packed,
                   1 + 4 * i, eps)
    x = x.index_select(0, torch.tensor(last, dtype=4, device=device))
    return self.linear(self.norm(x, weights[0], eps), weights[1], torch.empty([0]), kernel, packed, 0)

  # Sum over the batch of weight * cross-entropy of each next token, over the sum of the weights.
  # `tokens` and `target_weights` are [batch, length]; target_weights[b, t] weighs the prediction of
  # tokens[b, t], so column 0 counts for nothing. No cache: the whole sequence is computed, differentiably.
  def loss(self, tokens: Tensor, target_weights: Tensor, weights: List[Tensor], layers: List[List[Tensor]],
           cos: Tensor, sin: Tensor, shape: List[int], eps: Tensor) -> Tensor:
    heads, kv_heads, size = shape
    group = heads // kv_heads
    batch = tokens.size(0)
    length = tokens.size(1) - 1
    cos = cos.narrow(0, 0, length).unsqueeze(1)
    sin = sin.narrow(0, 0, length).unsqueeze(1)
    x = torch.embedding(weights[0], tokens.narrow(1, 0, length))
    for layer in layers:
      q, k, v = self.project(x, layer, 0, self.nothing_packed(), 0, cos, sin, shape, eps)
      k = k.unsqueeze(3).expand([batch, length, kv_heads, group, size]).reshape([batch, length, heads, size])
      v = v.unsqueeze(3).expand([batch, length, kv_heads, group, size]).reshape([batch, length, heads, size])
      out = torch.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2),
                                               None, 0.0, True)
      x = self.mix(x, out.transpose(1, 2).reshape([batch, length, heads * size]), layer, 0, self.nothing_packed(), 0,
                   eps)
    logits = torch.linear(self.norm(x, weights[1], eps), weights[2])
    targets = tokens.narrow(1, 1, length).flatten()
    nll = torch.nll_loss(torch.log_softmax(logits.flatten(0, 1), -1), targets, None, 0)
    weight = target_weights.narrow(1, 1, length).flatten()
    return (nll * weight).sum() / weight.sum()

  # One AdamW step (Loshchilov and Hutter, arXiv 1711.05101) in place on `parameters`: the embedding (which is
  # the output head too), the final norm, then twelve tensors a layer; those without elements are skipped.
  # `first` and `second` are the moments of each parameter. `hyper` is [step counted from 1, learning rate, beta1,
  # beta2, weight decay, gradient norm limit, rms norm epsilon, heads, kv heads, head size]. Norms and biases do
  # not decay. Returns [loss, gradient norm before it was limited].
  def train_step(self, tokens: Tensor, target_weights: Tensor, hyper: Tensor, cos: Tensor, sin: Tensor,
                 parameters: List[Tensor], first: List[Tensor], second: List[Tensor]) -> Tensor:
    step = float(hyper[0])
    rate = float(hyper[1])
    beta1 = float(hyper[2])
    beta2 = float(hyper[3])
    trained: List[Tensor] = []
    for p in parameters:
      trained.append(p.detach().requires_grad_(p.numel() > 0))
    layers: List[List[Tensor]] = []
    for i in range((len(trained) - 2) // 12):
      layers.append(trained[2 + 12 * i : 14 + 12 * i])
    shape = [int(hyper[7]), int(hyper[8]), int(hyper[9])]
    loss = self.loss(tokens, target_weights, [trained[0], trained[1], trained[0]], layers, cos, sin, shape, hyper[6])
    loss.backward()

    square = torch.zeros([])
    for p in trained:
      if p.numel() > 0:
        g = p.grad
        assert g is not None
        square = square + g.pow(2).sum()
    gradient_norm = torch.sqrt(square)
    scale = torch.clamp(hyper[5] / (gradient_norm + 1.0e-6), max=1.0)
    for i in range(len(parameters)):
      p = parameters[i]
      if p.numel() > 0:
        g = trained[i].grad
        assert g is not None
        g = g * scale
        m = first[i].mul_(beta1).add_(g, alpha=1.0 - beta1)
        v = second[i].mul_(beta2).addcmul_(g, g, value=1.0 - beta2)
        if p.dim() > 1:
          p.mul_(1.0 - rate * float(hyper[4]))
        deviation = (v / (1.0 - beta2 ** step)).sqrt() + 1.0e-8
        p.addcdiv_(m, deviation, value=-rate / (1.0 - beta1 ** step))
    return torch.stack([loss.detach(), gradient_norm])

  # Raw little-endian bytes [n] as the float numbers that they hold; dtype is torch's number of their type
  # (5 float16, 6 float32, 15 bfloat16).
  def floats(self, raw: Tensor, dtype: int) -> Tensor:
    return torch.view_copy(raw, dtype=dtype).to(6)

  def nothing_packed(self) -> List[__torch__.torch.classes.quantized.LinearPackedParamsBase]:
    return annotate(List[__torch__.torch.classes.quantized.LinearPackedParamsBase], [])

  # Zeros of a torch type on the device of `like`.
  def zeros(self, shape: List[int], dtype: int, like: Tensor) -> Tensor:
    return torch.zeros(shape, dtype=dtype, device=like.device)

  def same(self, x: Tensor) -> Tensor:
    return x

  # The beginning of a block of memory as a matrix.
  def matrix(self, block: Tensor, rows: int, columns: int) -> Tensor:
    return block.narrow(0, 0, rows * columns).view([rows, columns])

  # Puts rows of a matrix, raw as for `floats`, into `matrix` [rows, columns] from `row` on. Integers are the nearest
  # ones for the scale that makes a row's largest magnitude 127; it is put into `scales` [rows].
  def put(self, matrix: Tensor, scales: Tensor, row: int, raw: Tensor, dtype: int) -> int:
    part = self.floats(raw, dtype).view([-1, matrix.size(1)])
    target = matrix.narrow(0, row, part.size(0))
    if matrix.dtype == 1:
      scale = (torch.amax(torch.abs(part), [1]) / 127.0).clamp_min(1.0e-30)
      scales.narrow(0, row, part.size(0)).copy_(scale)
      part = torch.round(part / scale.unsqueeze(1))
    target.copy_(part)
    return row + part.size(0)

  def with_scales(self, matrix: Tensor, scales: Tensor) -> Tensor:
    return torch._make_per_channel_quantized_tensor(matrix, scales, torch.zeros_like(scales, dtype=4), 0)

  # A copy of a matrix filled by `put` as kernels 0 and 1 use it.
  def hold(self, matrix: Tensor, scales: Tensor, kernel: int, like: Tensor) -> Tensor:
    if kernel == 1:
      return ops.mkldnn._reorder_linear_weight(matrix, None)
    if matrix.dtype == 1:
      matrix = self.with_scales(matrix, scales)
    return matrix.to(like.device, copy=True)

  # What is in the place of a packed matrix.
  def packed_place(self, kernel: int) -> Tensor:
    if kernel == 2:
      return torch.empty([0])
    return torch.tensor([63.0, 126.0 * 63.0]).view([2, 1, 1])

  # A copy of a matrix filled by `put` as kernels 2 and 3 use it.
  def pack(self, matrix: Tensor, scales: Tensor,
           kernel: int) -> __torch__.torch.classes.quantized.LinearPackedParamsBase:
    if kernel == 2:
      return ops.quantized.linear_prepack_fp16(matrix, None)
    return ops.quantized.linear_prepack(self.with_scales(matrix, scales / 63.0), None)
