//! Families of operators: what shares a colour in the drawing.

/// The families in the order of the legend: the class in the style sheet, and how people call it.
pub(super) const FAMILIES: [(&str, &str); 11] = [
    ("convolution", "convolution"),
    ("product", "matrix product"),
    ("normalisation", "normalisation"),
    ("activation", "activation"),
    ("pool", "pooling, reduction"),
    ("arithmetic", "arithmetic"),
    ("arrangement", "arrangement"),
    ("sequence", "recurrent, control flow"),
    ("quantisation", "quantisation"),
    ("other", "other"),
    ("unsupported", "cannot be compiled"),
];

/// The class of an operator of ONNX's own set.
pub(super) fn of(operator: &str) -> &'static str {
    match operator {
        _ if operator.ends_with("QuantizeLinear") || operator.starts_with("Dequantize") => "quantisation",
        _ if operator.contains("Conv") => "convolution",
        "Gemm" | "Einsum" | "Attention" => "product",
        _ if operator.contains("MatMul") => "product",
        _ if operator.contains("Normalization") || operator == "LRN" => "normalisation",
        _ if operator.contains("Pool") || operator.starts_with("Reduce") || operator.starts_with("Arg") => "pool",
        "Relu" | "LeakyRelu" | "PRelu" | "ThresholdedRelu" | "Elu" | "Selu" | "Celu" | "Gelu" | "Mish" | "Swish" => {
            "activation"
        }
        "Sigmoid" | "HardSigmoid" | "HardSwish" | "Tanh" | "Softplus" | "Softsign" | "Clip" | "Softmax"
        | "LogSoftmax" | "Hardmax" => "activation",
        "Add" | "Sub" | "Mul" | "Div" | "Sum" | "Mean" | "Max" | "Min" | "Pow" | "Sqrt" | "Exp" | "Log" | "Neg"
        | "Abs" | "Erf" | "Reciprocal" | "Sin" | "Cos" | "Floor" | "Ceil" | "Round" | "Mod" | "Sign" | "CumSum" => {
            "arithmetic"
        }
        "Reshape" | "Flatten" | "Transpose" | "Concat" | "Split" | "Slice" | "Squeeze" | "Unsqueeze" | "Pad"
        | "Gather" | "GatherElements" | "GatherND" | "Expand" | "Tile" | "Resize" | "Upsample" | "DepthToSpace"
        | "SpaceToDepth" | "Identity" | "Cast" | "Shape" | "Dropout" | "Where" | "ScatterND" | "ScatterElements" => {
            "arrangement"
        }
        "LSTM" | "GRU" | "RNN" | "If" | "Loop" | "Scan" => "sequence",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_in_the_legend() {
        let operators =
            ["Conv", "DequantizeLinear", "MatMulInteger", "LRN", "ReduceMean", "Relu", "Add", "Cast", "If", "?"];
        for operator in operators {
            assert!(FAMILIES.iter().any(|(class, _)| *class == of(operator)), "{operator}");
        }
        assert_eq!(["QLinearConv", "DynamicQuantizeLinear", "?"].map(of), ["convolution", "quantisation", "other"]);
    }
}
